import { afterAll } from '@jest/globals';
import { sharedRedis } from '@trellis-mcp/test-services';
import { appContract } from '@trellis-mcp/testing';
import { endingParts, subject } from './contract-subject.ts';

/** The process ends as it should with a live engine and a live Redis connection. */
const redis = await sharedRedis();
afterAll(() => redis.stop());

appContract({ ...subject, args: ['--redis-url', redis.url], parts: endingParts });
