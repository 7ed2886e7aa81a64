import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '@trellis-mcp/client';
import { recordMeasurement } from '@trellis-mcp/test-services';
import { spawnServer } from '@trellis-mcp/testing';
import { findFastFolder } from './find-fast-folder.ts';
import { settle } from './run-races.ts';

const isSoak = process.env['SOAK'] === '1';
const suite = 'filesystem, under load';
/**
 * How long another call may wait. At full size this is by the clock, on a machine that does nothing else; beside other suites it is what the
 * server computed meanwhile, which is the same when nobody else computes.
 */
const maxWaitMs = 100;
const maxComputedMs = 5 * maxWaitMs;
/**
 * What a server may hold at most, and by how much it may grow. The first is for the bundle, which users run (`npm run build`); from its
 * sources a server begins with 45 MiB more, for what reads TypeScript.
 */
const maxResidentMiB = 150;
const maxGrowthMiB = isSoak ? 60 : 120;
const program = new URL(isSoak ? '../bin/trellis-filesystem.cjs' : '../src/main.ts', import.meta.url);
const entries = isSoak ? 200_000 : 20_000;

let root: string;
let client: Connection;
let residentAtStart: number;
beforeAll(async () => {
  root = await mkdtemp(join(await findFastFolder(), 'trellis-bounds-'));
  await mkdir(join(root, 'many'));
  const run = promisify(execFile);
  await run('sh', ['-c', `cd "$0/many" && seq 1 ${String(entries)} | sed 's/$/.txt/' | xargs touch`, root]);
  await run(
    'mkfifo',
    Array.from({ length: 16 }, (_, index) => join(root, `fifo-${String(index)}`)),
  );
  await writeFile(join(root, 'small.txt'), 'small\n');
  // Begins as text, so that it is not taken for anything else.
  for (const [name, bytes] of Object.entries({ 'sparse.txt': 2 ** 30, 'holes.txt': 200 * 2 ** 20 })) {
    await writeFile(join(root, name), 'needle\n'.repeat(20_000));
    await truncate(join(root, name), bytes);
  }
  await writeFile(join(root, 'line.txt'), `${'a'.repeat(4 * 2 ** 20)}needle`);
  await writeFile(join(root, 'doom.txt'), `${'a'.repeat(isSoak ? 60_000 : 10_000)}b\n`.repeat(10));
  client = await spawnServer(program, { args: ['--root', root, '--write', '--no-confirm', '--log-level', 'warn'], era: 'modern' });
  await client.callTool('read_file', { path: 'small.txt' });
  residentAtStart = await readPeakMiB();
}, 120_000);
afterAll(async () => {
  await client.close();
  await rm(root, { recursive: true, force: true });
});

type Work = readonly [tool: string, args: Readonly<Record<string, unknown>>];

interface Worked {
  readonly codes: readonly string[];
  /** The longest wait for a small call. */
  readonly longestMs: number;
  /** The most that the server computed while a small call waited. */
  readonly computedMs: number;
  readonly tookMs: number;
}

/** Sends all of the work at once, and until it is done one small call after the other. */
async function workBeside(work: readonly Work[]): Promise<Worked> {
  const began = performance.now();
  const state = { isOver: false };
  const answers = Promise.all(work.map(async ([tool, args]) => settle(client.callTool(tool, args))));
  const done = answers.finally(() => (state.isOver = true));
  let [longestMs, mostMs] = [0, 0];
  do {
    const [start, computed] = [performance.now(), await readComputedMs()];
    await Promise.all([client.callTool('list_roots'), client.callTool('read_file', { path: 'small.txt' })]);
    longestMs = Math.max(longestMs, performance.now() - start);
    mostMs = Math.max(mostMs, (await readComputedMs()) - computed);
    await sleep(5);
  } while (!state.isOver);
  const codes = (await done).map(({ code, text }) => (code === 'INTERNAL' ? text : (code ?? 'ok')));
  return { codes, longestMs, computedMs: mostMs, tookMs: performance.now() - began };
}

const fifos = Array.from({ length: 16 }, (_, index) => `fifo-${String(index)}`);
const glob = `${'{a*,'.repeat(40)}b${'}'.repeat(40)}${'*'.repeat(40)}${'{c*,d*}'.repeat(40)}`;

const loads: readonly (readonly [name: string, work: readonly Work[], codes: RegExp])[] = [
  ['16 FIFOs are read at once', fifos.map((path) => ['read_file', { path }]), /^INVALID_INPUT$/],
  ['16 FIFOs are read in every other way', fifos.map((from) => ['copy', { from, to: `${from}-copy` }]), /^INVALID_INPUT$/],
  [
    '1 GiB is read by lines',
    [0, 1000, -1].map((offset) => ['read_file', { path: 'sparse.txt', offset: offset || 1 }]),
    /^(ok|INVALID_INPUT|LIMIT)$/,
  ],
  [
    '200 MiB are read by lines',
    [25_000, -1, -1000].map((offset) => ['read_file', { path: 'holes.txt', offset }]),
    /^(ok|INVALID_INPUT|LIMIT)$/,
  ],
  ['the end of 1 GiB is read', [['read_file', { path: 'sparse.txt', unit: 'byte', offset: -100 }]], /^(ok|INVALID_INPUT)$/],
  [
    '1 GiB is described, searched, copied and edited',
    [
      ['stat', { path: 'sparse.txt' }],
      ['search_text', { path: '.', pattern: 'needle', glob: 'sparse.txt' }],
      ['copy', { from: 'sparse.txt', to: 'sparse-copy.txt' }],
      ['edit_file', { path: 'sparse.txt', edits: [{ oldText: 'needle', newText: 'x' }] }],
    ],
    /^(ok|LIMIT)$/,
  ],
  ['a line of 4 MiB is read', [1, 2, -1].map((offset) => ['read_file', { path: 'line.txt', offset, limit: 1 }]), /^ok$/],
  ['a line of 4 MiB is searched', [['search_text', { path: '.', pattern: 'needle', glob: 'line.txt' }]], /^ok$/],
  [
    'a line of 4 MiB is edited',
    [
      ['edit_file', { path: 'line.txt', edits: [{ oldText: 'needle', newText: 'thread' }], dryRun: true }],
      ['edit_file', { path: 'line.txt', edits: [{ oldText: `${'a'.repeat(50_000)}nowhere`, newText: 'thread' }] }],
    ],
    /^(ok|INVALID_INPUT|LIMIT)$/,
  ],
  [
    `a folder of ${String(entries)} is listed`,
    ['name', 'size', 'modified'].map((sort) => ['list_directory', { path: 'many', sort }]),
    /^(ok|LIMIT)$/,
  ],
  [
    `a folder of ${String(entries)} is walked`,
    [
      ['tree', { path: '.' }],
      ['find_files', { path: '.', glob: '**/*9.txt' }],
    ],
    /^ok$/,
  ],
  [`a folder of ${String(entries)} is searched`, [['search_text', { path: '.', pattern: 'small' }]], /^ok$/],
  [
    'a glob has 40 levels',
    [
      ['find_files', { path: '.', glob }],
      ['search_text', { path: '.', pattern: 'a', glob }],
    ],
    /^(ok|INVALID_INPUT|LIMIT)$/,
  ],
  [
    'a glob has 40 stars',
    [
      ['find_files', { path: '.', glob: '*a'.repeat(40) }],
      ['find_files', { path: '.', glob: '**/*a/'.repeat(40) }],
    ],
    /^(ok|INVALID_INPUT|LIMIT)$/,
  ],
  [
    'a pattern of doom runs',
    ['(a+)+$', '(a|aa)+$', '(a*)*c'].map((pattern) => ['search_text', { path: '.', pattern, regex: true }]),
    /^ok$/,
  ],
];

describe(`other calls are answered within ${String(maxWaitMs)} ms while`, () => {
  it.each(loads)('%s', async (name, work, codes) => {
    const { codes: answered, longestMs, computedMs, tookMs } = await workBeside(work);
    await recordMeasurement({ suite, name: `longest answer to another call while ${name}`, value: longestMs, unit: 'ms', bound: '<= 100' });
    await recordMeasurement({ suite, name: `time until ${name}`, value: tookMs, unit: 'ms' });
    expect(answered.filter((code) => !codes.test(code))).toEqual([]);
    expect(computedMs).toBeLessThanOrEqual(maxComputedMs);
    if (isSoak) expect(longestMs).toBeLessThanOrEqual(maxWaitMs);
  });

  it(`and the server does not grow by more than ${String(maxGrowthMiB)} MiB`, async () => {
    const peak = await readPeakMiB();
    await recordMeasurement({ suite, name: 'most resident memory', value: peak, unit: 'MiB', bound: '<= 150' });
    expect(peak - residentAtStart).toBeLessThanOrEqual(maxGrowthMiB);
    if (isSoak) expect(peak).toBeLessThanOrEqual(maxResidentMiB);
  });
});

/** What the thread that answers has computed so far, to 10 ms. */
async function readComputedMs(): Promise<number> {
  const stat = await readFile(`/proc/${String(client.pid)}/task/${String(client.pid)}/stat`, 'utf8');
  // The name of the program, in brackets, may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** The most that the server ever held. */
async function readPeakMiB(): Promise<number> {
  const status = await readFile(`/proc/${String(client.pid)}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}
