import { lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Connection } from '@trellis-mcp/client';
import { recordMeasurement, waitGone } from '@trellis-mcp/test-services';
import { spawnServer } from '@trellis-mcp/testing';

const isSoak = process.env['SOAK'] === '1';
const rounds = isSoak ? 500 : 3;
const main = new URL('../src/main.ts', import.meta.url);
const lines = 6000;
/** From the first call on: half of the servers die in their first calls, half after some. */
const longestLifeMs = [120, 800] as const;

let root: string;

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'trellis-kill-')));
  await mkdir(join(root, 'folder/deep'), { recursive: true });
  const names = ['written.txt', 'edited.txt', 'moved-0.txt', 'deleted.txt', 'folder/a.txt', 'folder/deep/b.txt'];
  for (const name of names) await writeFile(join(root, name), version(0));
});

afterAll(async () => rm(root, { recursive: true }));

/** A text that is whole only when every line is of one version. */
function version(number: number): string {
  return `version ${number}\n`.repeat(lines);
}

it('leaves every file whole and nothing behind, whenever the server is killed', async () => {
  const seed = Date.now() % 2 ** 31;
  let turns = 0;
  let looks = 0;
  for (let round = 0; round < rounds; round += 1) {
    // The server that starts here also cleans up after the one before it.
    const server = await spawnServer(main, { args: ['--write', '--no-confirm', root] });
    await expectClean(round, seed);
    const life = new AbortController();
    const streams = [write, edit, move, remove, copy].map(async (stream) =>
      repeat(stream, { server, isOver: () => life.signal.aborted, count: () => (turns += 1) }),
    );
    const watching = watch(life.signal, `round ${round}, seed ${seed}`);
    await sleep(random(seed + round) * longestLifeMs[round % 2 === 0 ? 0 : 1] + (round % 3 === 0 ? 0 : 40));
    const { pid } = server;
    if (pid === undefined) throw new Error('There is no server to kill.');
    life.abort();
    process.kill(pid, 'SIGKILL');
    expect(await waitGone([pid], 30_000)).toEqual([]);
    await Promise.all(streams);
    looks += await watching;
    await server.close().catch(() => undefined);
    await expectWhole(round, seed);
  }
  const last = await spawnServer(main, { args: ['--write', root] });
  await expectClean(rounds, seed);
  await last.close();
  expect((await readdir(root, { recursive: true })).filter((name) => name.includes('.trellis-') && !name.includes('trash'))).toEqual([]);
  // A short life on a slow machine leaves time for one look.
  expect(looks).toBeGreaterThanOrEqual(isSoak ? rounds * 5 : rounds);
  if (isSoak) expect(turns).toBeGreaterThan(rounds);
  await recordMeasurement({ suite: 'filesystem', name: `calls around ${rounds} kills, every file whole`, value: turns, unit: 'calls' });
}, 1_800_000);

type Stream = (server: Connection, turn: number) => Promise<unknown>;

const write: Stream = async (server, turn) => server.callTool('write_file', { path: 'written.txt', content: version(turn) });

const edit: Stream = async (server) => {
  const now = Number(/\d+/.exec(await readFile(join(root, 'edited.txt'), 'utf8'))?.[0]);
  const edits = [{ oldText: `version ${now}\n`, newText: `version ${now + 1}\n`, expected: lines }];
  return server.callTool('edit_file', { path: 'edited.txt', edits });
};

const move: Stream = async (server) => {
  const [from, to] = (await exists('moved-0.txt')) ? ['moved-0.txt', 'moved-1.txt'] : ['moved-1.txt', 'moved-0.txt'];
  return server.callTool('move', { from, to });
};

const remove: Stream = async (server) => {
  if (await exists('deleted.txt')) return server.callTool('delete', { path: 'deleted.txt' });
  const [trashId] = await listTrashed();
  return server.callTool('restore', { trashId });
};

const copy: Stream = async (server, turn) => {
  const place = `copy-${turn % 5}`;
  if (await exists(place)) await rm(join(root, place), { recursive: true });
  return server.callTool('copy', { from: 'folder', to: place });
};

interface Repeating {
  readonly server: Connection;
  /** Ends just before the server does, so that a call in flight may fail and no other. */
  readonly isOver: () => boolean;
  readonly count: () => void;
}

/** Until the server is gone. */
async function repeat(stream: Stream, { server, isOver, count }: Repeating): Promise<void> {
  for (let turn = 1; !isOver(); turn += 1) {
    try {
      await stream(server, turn);
      count();
    } catch (error) {
      if (!isOver()) throw error;
    }
  }
}

/** What a kill would leave at this moment is what everybody sees at this moment. */
async function watch(life: AbortSignal, where: string): Promise<number> {
  let looks = 0;
  do {
    for (const name of ['written.txt', 'edited.txt']) await expectVersion(join(root, name), where);
    const moved = (await readdir(root)).filter((name) => name.startsWith('moved-'));
    expect([where, moved.length > 0]).toEqual([where, true]);
    looks += 1;
  } while (!life.aborted);
  return looks;
}

/** Right after a kill: the old or the new file, whole. */
async function expectWhole(round: number, seed: number): Promise<void> {
  const where = `round ${round}, seed ${seed}`;
  for (const name of ['written.txt', 'edited.txt']) await expectVersion(join(root, name), where);
  const moved = ['moved-0.txt', 'moved-1.txt'].map((name) => join(root, name));
  for (const path of moved) if (await exists(path)) await expectVersion(path, where);
  expect([where, (await Promise.all(moved.map(exists))).includes(true)]).toEqual([where, true]);
  const trashed = await listTrashed();
  const deleted = (await exists('deleted.txt')) ? join(root, 'deleted.txt') : join(root, '.trellis-trash', trashed[0] ?? '', 'item');
  await expectVersion(deleted, where);
  for (const name of await readdir(root)) {
    if (!name.startsWith('copy-')) continue;
    expect([where, (await readdir(join(root, name), { recursive: true })).toSorted()]).toEqual([where, ['a.txt', 'deep', 'deep/b.txt']]);
    await expectVersion(join(root, name, 'a.txt'), where);
    await expectVersion(join(root, name, 'deep/b.txt'), where);
  }
}

/** Soon after the next start: one name for each file, no temporary ones. */
async function expectClean(round: number, seed: number): Promise<void> {
  const look = async (): Promise<readonly string[]> => {
    const left = (await readdir(root)).filter((name) => name.startsWith('.trellis-') && name !== '.trellis-trash');
    const moved = (await readdir(root)).filter((name) => name.startsWith('moved-'));
    const journals = (await exists('.trellis-trash'))
      ? (await readdir(join(root, '.trellis-trash'))).filter((name) => name.startsWith('journal-'))
      : [];
    return [...left, ...journals, ...(moved.length === 1 ? [] : moved)];
  };
  for (const end = Date.now() + 30_000; (await look()).length > 0 && Date.now() < end;) await sleep(10);
  expect([round, seed, await look()]).toEqual([round, seed, []]);
  for (const name of await readdir(root)) {
    const stats = await lstat(join(root, name));
    if (stats.isFile()) expect([name, stats.nlink]).toEqual([name, 1]);
  }
}

async function expectVersion(path: string, where: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  const number = Number(/\d+/.exec(text)?.[0]);
  expect([where, path, text === version(number)]).toEqual([where, path, true]);
}

async function listTrashed(): Promise<readonly string[]> {
  if (!(await exists('.trellis-trash'))) return [];
  const ids = (await readdir(join(root, '.trellis-trash'))).filter(
    (name) => /^\w+-\w+-/.test(name) && !name.startsWith('journal-') && !name.startsWith('gone-'),
  );
  const items = await Promise.all(ids.map(async (id) => ((await exists(`.trellis-trash/${id}/item`)) ? [id] : [])));
  return items.flat();
}

async function exists(path: string): Promise<boolean> {
  return lstat(path.startsWith('/') ? path : join(root, path)).then(
    () => true,
    () => false,
  );
}

/** Evenly from 0 to 1 (xorshift). */
function random(seed: number): number {
  let state = (seed * 2_654_435_761) | 1;
  for (let turn = 0; turn < 3; turn += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
  }
  return (state >>> 0) / 2 ** 32;
}
