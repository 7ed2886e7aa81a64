import { afterAll } from '@jest/globals';
import { appContract } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import { calls, slowCall } from './contract-calls.ts';
import { startPostgresShop } from './start-postgres-shop.ts';

/** The same tools, to the byte, with connections of a real PostgreSQL open. */
const shop = await startPostgresShop();
afterAll(() => shop.stop());

appContract({
  app,
  main: new URL('../src/main.ts', import.meta.url),
  snapshots: new URL('tools.snap/', import.meta.url),
  args: ['--database-url', shop.url],
  calls,
  slowCall,
});
