import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { appContract } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import { callsOf, officialCallsOf } from './contract-calls.ts';
import { manyFiles, openContractGround } from './contract-ground.ts';

const ground = await openContractGround();
afterAll(async () => {
  await ground[Symbol.asyncDispose]();
});

const subject = { app, main: new URL('../src/main.ts', import.meta.url), snapshots: new URL('tools.snap/', import.meta.url) };
const calls = callsOf(ground);
const writing = ['--root', `root=${ground.root}`, '--write', '--no-confirm'];

// The sample project, as it is without a flag; nothing here opens a tool of its own.
appContract({ ...subject, calls, parts: ['abort', 'stdout', 'stop', 'usage'] });

// Every tool there is, and a copy of many files under way where the program is stopped at work.
const slowCall = { tool: 'copy', args: { from: 'many', to: 'copy-of-many' } };
appContract({ ...subject, args: writing, calls, slowCall, parts: ['lists', 'calls', 'search', 'release', 'commands'] });

it('leaves nothing in the place of a copy that was stopped half way, and the copied as it was', async () => {
  expect(await readdir(ground.root)).not.toContain('copy-of-many');
  expect(await readdir(join(ground.root, 'many'))).toHaveLength(manyFiles);
});

// The names of the official server, without ours that are no names of its own.
const officialCalls = officialCallsOf(ground);
const officialNames = new Set(officialCalls.map(({ tool }) => tool));
const without = calls.map(({ tool }) => tool).filter((tool) => !officialNames.has(tool));
const compat = (names: readonly string[]): string[] => [...writing, '--compat', 'official', '--exclude-tools', names.join(',')];
const official = { ...subject, calls: officialCalls, snapshots: new URL('official.snap/', import.meta.url) };
appContract({ ...official, args: compat(without), parts: ['lists'] });
appContract({ ...official, args: compat([...without, 'read_media_file']), parts: ['calls', 'search'] });
