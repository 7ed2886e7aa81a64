import { existsSync } from 'node:fs';
import { readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Host } from '@trellis-mcp/server';
import { recordMeasurement } from '@trellis-mcp/test-services';
import { startInProcess } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import { type Arena, openArena, type Yard } from './open-arena.ts';
import { type RaceKind, reading, writing } from './race-tables.ts';
import { type Race, type RaceOutcome, runRaces } from './run-races.ts';
import { compileSwapper, startSwapper, type SwapPair } from './start-swapper.ts';

const isSoak = process.env['SOAK'] === '1';
const durationMs = isSoak ? 60_000 : 3_000;

let home: Arena;
let swapper: string;
beforeAll(async () => {
  home = await openArena();
  swapper = await compileSwapper(home.top);
});
afterAll(async () => home[Symbol.asyncDispose]());

/** Runs races while all names of their yards, and `pairs`, change places; gives outcomes, damage, and exchanges of each pair a second. */
async function raceAgainstSwapper(
  arena: Arena,
  {
    yards,
    races,
    pairs = [],
    isOver,
  }: { yards: readonly Yard[]; races: readonly Race[]; pairs?: readonly SwapPair[]; isOver?: (wrong: readonly string[]) => boolean },
): Promise<{ outcomes: RaceOutcome[]; damage: string[]; swapsPerSecond: number }> {
  await arena.seal();
  const all = [...yards.flatMap((yard) => yard.pairs), ...pairs];
  await using running = await startSwapper(swapper, all);
  const began = performance.now();
  const outcomes = await runRaces(races, { arena, durationMs, ...(isOver && { isOver }) });
  const seconds = (performance.now() - began) / 1000;
  const swapsPerSecond = Math.round((await running.stop()) / all.length / seconds);
  return { outcomes, damage: await arena.findDamage(), swapsPerSecond };
}

async function raceTools(kinds: Readonly<Record<string, RaceKind>>, suite: string): Promise<void> {
  await using arena = await openArena();
  await using server = await startInProcess(app, { args: ['--root', arena.root, '--write', '--no-confirm'] });
  const client = await server.connect();
  const yards = await Promise.all(Object.keys(kinds).map((name) => arena.addYard(name.replaceAll(' ', '-'))));
  const races = Object.entries(kinds).map(([name, kind], index) => ({ name, run: kind(client, yardAt(yards, index), arena) }));
  const { outcomes, damage, swapsPerSecond } = await raceAgainstSwapper(arena, { yards, races });
  expect(await findInLog(server.host, arena)).toEqual([]);
  await record(`filesystem, ${suite} while names change places`, outcomes, swapsPerSecond);
  expect(damage).toEqual([]);
  expect(outcomes.flatMap(({ wrong }) => wrong)).toEqual([]);
  // A race in which nothing succeeds shows nothing.
  expect(outcomes.filter(({ done }) => done === 0)).toEqual([]);
  expect(swapsPerSecond).toBeGreaterThan(0);
}

async function record(suite: string, outcomes: readonly RaceOutcome[], swapsPerSecond: number): Promise<void> {
  await recordMeasurement({ suite, name: 'exchanges of each name', value: swapsPerSecond, unit: '1/s' });
  for (const { name, done, refused } of outcomes) {
    const calls = done + Object.values(refused).reduce((sum, count) => sum + count, 0);
    await recordMeasurement({ suite, name: `${name}: calls, none of them led outside`, value: calls, unit: 'calls' });
  }
}

/** Lines of the log that hold what is outside, or that tell of an error that nobody foresaw. */
async function findInLog({ config }: Host, { canary }: Arena): Promise<string[]> {
  const lines = (await readFile(config.logFile ?? '', 'utf8')).split('\n');
  return lines.filter((line) => canary.findIn(line) !== undefined || line.includes('"INTERNAL"')).map((line) => line.slice(0, 2000));
}

function yardAt(yards: readonly Yard[], index: number): Yard {
  const yard = yards[index];
  if (yard === undefined) throw new RangeError(`There is no yard ${String(index)}.`);
  return yard;
}

describe('nothing from outside comes in, and nothing goes out, while names change places at the speed of the kernel', () => {
  it('by reads, lists, walks, searches and subscriptions', () => raceTools(reading, 'reading'), durationMs + 60_000);

  it('by writes, edits, moves, copies, deletes and restores', () => raceTools(writing, 'writing'), durationMs + 60_000);

  it(
    'by the root itself',
    async () => {
      await using arena = await openArena();
      const yard = await arena.addYard('yard');
      await symlink(arena.outside, join(arena.top, 'root-link'));
      await using server = await startInProcess(app, { args: ['--root', arena.root, '--write', '--no-confirm'] });
      const client = await server.connect();
      const names = ['reads', 'lists', 'searches', 'finds', 'writes', 'edits', 'creations', 'copies out of', 'deletes'];
      const races = Object.entries({ ...reading, ...writing }).filter(([name]) => names.includes(name));
      const { outcomes, damage } = await raceAgainstSwapper(arena, {
        yards: [],
        races: races.map(([name, kind]) => ({ name, run: kind(client, yard, arena) })),
        pairs: [[arena.root, join(arena.top, 'root-link')]],
      });
      expect(await findInLog(server.host, arena)).toEqual([]);
      expect(outcomes).toHaveLength(names.length);
      expect(damage.filter((text) => !text.startsWith('changed outside: root'))).toEqual([]);
      expect(outcomes.flatMap(({ wrong }) => wrong)).toEqual([]);
    },
    durationMs + 60_000,
  );
});

describe('the same races catch who resolves a path and then uses it', () => {
  /** Resolves, judges, and believes that the path still means the same. */
  const resolveInside = async (root: string, path: string): Promise<string> => {
    const real = await realpath(join(root, path));
    if (!real.startsWith(`${root}/`)) throw new Error('outside');
    return join(root, path);
  };

  it(
    'to read',
    async () => {
      await using arena = await openArena();
      const yard = await arena.addYard('naive');
      const run = async (turn: number): Promise<unknown> => {
        try {
          return await readFile(await resolveInside(arena.root, yard.files[turn % 3] ?? ''), 'utf8');
        } catch (error) {
          return String(error).slice(0, 5);
        }
      };
      const isOver = (wrong: readonly string[]): boolean => wrong.length > 0;
      const { outcomes } = await raceAgainstSwapper(arena, { yards: [yard], races: [{ name: 'naive', run }], isOver });
      expect(outcomes.flatMap(({ wrong }) => wrong)).not.toEqual([]);
    },
    durationMs + 60_000,
  );

  it(
    'to write',
    async () => {
      await using arena = await openArena();
      const yard = await arena.addYard('naive');
      const run = async (turn: number): Promise<unknown> => {
        try {
          const path = `${yard.folders[turn % 2] ?? ''}/new.txt`;
          await writeFile(join(await resolveInside(arena.root, dirname(path)), 'new.txt'), 'inside');
          return 'written';
        } catch (error) {
          return String(error).slice(0, 5);
        }
      };
      const isOver = (): boolean => ['new.txt', 'c/new.txt'].some((path) => existsSync(join(arena.outside, yard.name, path)));
      const { damage } = await raceAgainstSwapper(arena, { yards: [yard], races: [{ name: 'naive', run }], isOver });
      expect(damage).not.toEqual([]);
    },
    durationMs + 60_000,
  );
});
