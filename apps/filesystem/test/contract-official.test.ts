import { afterAll } from '@jest/globals';
import { appContract } from '@trellis-mcp/testing';
import { callsOf, officialCallsOf } from './contract-calls.ts';
import { openContractGround } from './contract-ground.ts';
import { subject, writingIn } from './contract-subject.ts';

const ground = await openContractGround();
afterAll(async () => {
  await ground[Symbol.asyncDispose]();
});

// The names of the official server, without ours that are no names of its own.
const calls = officialCallsOf(ground);
const officialNames = new Set(calls.map(({ tool }) => tool));
const ours = callsOf(ground).flatMap(({ tool }) => (officialNames.has(tool) ? [] : [tool]));
const without = (names: readonly string[]): string[] => [
  ...writingIn(ground),
  '--compat',
  'official',
  '--exclude-tools',
  [...ours, ...names].join(','),
];
const official = { ...subject, calls, snapshots: new URL('official.snap/', import.meta.url) };
appContract({ ...official, args: without([]), parts: ['lists'] });
appContract({ ...official, args: without(['read_media_file']), parts: ['calls', 'search'] });
