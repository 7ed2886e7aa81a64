import { afterAll } from '@jest/globals';
import { appContract } from '@trellis-mcp/testing';
import { subject } from './contract-subject.ts';
import { startPostgresShop } from './start-postgres-shop.ts';

/** The process ends as it should with connections of a real PostgreSQL open. */
const shop = await startPostgresShop();
afterAll(() => shop.stop());

appContract({ ...subject, args: ['--database-url', shop.url], parts: ['stop'] });
