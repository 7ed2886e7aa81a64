import { afterAll } from '@jest/globals';
import { appContract } from '@trellis-mcp/testing';
import { callsOf } from './contract-calls.ts';
import { openContractGround } from './contract-ground.ts';
import { subject } from './contract-subject.ts';

const ground = await openContractGround();
afterAll(async () => {
  await ground[Symbol.asyncDispose]();
});

// The sample project, as it is without a flag; nothing here opens a tool of its own.
appContract({ ...subject, calls: callsOf(ground), parts: ['abort', 'stdout', 'stop', 'usage'] });
