import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { appContract } from '@trellis-mcp/testing';
import { callsOf } from './contract-calls.ts';
import { manyFiles, openContractGround } from './contract-ground.ts';
import { subject, writingIn } from './contract-subject.ts';

const ground = await openContractGround();
afterAll(async () => {
  await ground[Symbol.asyncDispose]();
});

// Every tool there is, and a copy of many files under way where the program is stopped at work.
const slowCall = { tool: 'copy', args: { from: 'many', to: 'copy-of-many' } };
appContract({
  ...subject,
  args: writingIn(ground),
  calls: callsOf(ground),
  slowCall,
  parts: ['lists', 'calls', 'search', 'release', 'commands'],
});

it('leaves nothing in the place of a copy that was stopped half way, and the copied as it was', async () => {
  expect(await readdir(ground.root)).not.toContain('copy-of-many');
  expect(await readdir(join(ground.root, 'many'))).toHaveLength(manyFiles);
});
