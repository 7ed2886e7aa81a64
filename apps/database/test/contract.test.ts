import { afterAll } from '@jest/globals';
import { sharedRedis } from '@trellis-mcp/test-services';
import { appContract } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import { calls } from './contract-calls.ts';

/** Everything holds with a live engine and a live Redis connection; the end of the process is judged in contract-stop.test.ts. */
const redis = await sharedRedis();
afterAll(() => redis.stop());

appContract({
  app,
  main: new URL('../src/main.ts', import.meta.url),
  snapshots: new URL('tools.snap/', import.meta.url),
  args: ['--redis-url', redis.url],
  calls,
  parts: ['lists', 'calls', 'search', 'abort', 'stdout', 'commands'],
});
