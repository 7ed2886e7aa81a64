import { afterAll } from '@jest/globals';
import { sharedRedis } from '@trellis-mcp/test-services';
import { appContract } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import { calls, slowCall } from './contract-calls.ts';

/** The process ends as it should with a live engine and a live Redis connection. */
const redis = await sharedRedis();
afterAll(() => redis.stop());

appContract({
  app,
  main: new URL('../src/main.ts', import.meta.url),
  snapshots: new URL('tools.snap/', import.meta.url),
  args: ['--redis-url', redis.url],
  calls,
  slowCall,
  parts: ['stop'],
});
