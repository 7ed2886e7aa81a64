import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { recordMeasurement, sharedPostgres, sharedRedis, spawnProbe, type Probe, type SharedInstance } from '@trellis-mcp/test-services';
import type { AppendResult, AppendTask, Target } from '../test/appender.ts';
import { openPlace, type OpenPlace, type Place } from '../test/open-place.ts';
import { createSessionMemory } from './create-session-memory.ts';

const isSoak = process.env['SOAK'] === '1';
const processes = 8;
const principal = 'ada';

let directory: string;
let redis: SharedInstance;
let postgres: SharedInstance;
let appended: ReadonlyMap<Place['kind'], readonly [Appended, Appended]>;
const space = `m${process.pid.toString(36)}`;

beforeAll(
  async () => {
    [directory, redis, postgres] = await Promise.all([mkdtemp(join(tmpdir(), 'trellis-memory-')), sharedRedis(), sharedPostgres()]);
    appended = await appendFromAll(
      places.map(([, place]) => place()),
      [whole, small],
    );
  },
  isSoak ? 2_700_000 : 120_000,
);
afterAll(async () => {
  await Promise.all([redis.stop(), postgres.stop(), rm(directory, { recursive: true })]);
});

const places: readonly [Place['kind'], () => Place][] = [
  ['sqlite', () => ({ kind: 'sqlite', at: join(directory, 'memory.db'), space })],
  ['redis', () => ({ kind: 'redis', at: redis.url, space })],
  ['postgres', () => ({ kind: 'postgres', at: postgres.url, space })],
];

/** One session keeps every turn, the other evicts all the time. */
const whole = { turns: isSoak ? 250 : 10, maxTokens: 1_000_000 };
const small = { turns: isSoak ? 2_000 : 30, maxTokens: 1_000 };

it.each(places)(
  `keeps every turn of eight processes exactly once, in the order of its writer, and numbers all while it evicts, on %s`,
  async (kind) => {
    const [all, few] = appended.get(kind) ?? [];
    if (all === undefined || few === undefined) throw new Error(`Nobody appended on ${kind}.`);
    expect(all.texts).toHaveLength(processes * whole.turns);
    for (let writer = 0; writer < processes; writer += 1) {
      const own = Array.from({ length: whole.turns }, (_, index) => `${String(writer)}:${String(index)}`);
      expect(all.texts.filter((text) => text.startsWith(`${String(writer)}:`))).toEqual(own);
    }
    const seqs = few.results.flatMap((result) => result.seqs);
    expect(seqs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: processes * small.turns }, (_, index) => index + 1));
    for (const result of few.results) expect(result.seqs).toEqual(result.seqs.toSorted((a, b) => a - b));
    expect(few.evicted).toBeGreaterThan(0);
    expect(few.evicted + few.texts.length).toBe(processes * small.turns);
    await record(`${kind}, ${String(processes)} processes append ${String(whole.turns)} turns each to one session`, all);
    await record(`${kind}, ${String(processes)} processes append ${String(small.turns)} turns each to one that evicts`, few);
  },
);

async function record(name: string, { results }: Appended): Promise<void> {
  const slowest = Math.max(...results.map(({ ms }) => ms)) / 1_000;
  await recordMeasurement({ suite: 'session-memory', name, value: slowest, unit: 's', bound: 'every turn once, in order' });
}

it.each(places)('opens no more than the cap for four that share %s, however many ask', async (_kind, place) => {
  const opened = await Promise.all(Array.from({ length: 4 }, () => openPlace(place())));
  try {
    const memories = opened.map(({ store }) => createSessionMemory({ store, maxTokens: 1_000, ttlMs: 60_000, maxPerPrincipal: 5 }));
    const outcomes = await Promise.allSettled(memories.flatMap((memory) => Array.from({ length: 10 }, () => memory.open('bob'))));
    const handles = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.handle] : []));
    expect(handles).toHaveLength(5);
    for (const handle of handles) await memories[0]?.read('bob', handle);
  } finally {
    await Promise.all(opened.map((each) => each[Symbol.asyncDispose]()));
  }
});

interface Appended {
  texts: string[];
  evicted: number;
  results: AppendResult[];
}

type Size = Omit<Target, 'handle'>;

/** The same processes append in every place, one after the other. */
async function appendFromAll(
  all: readonly Place[],
  sizes: readonly [Size, Size],
): Promise<ReadonlyMap<Place['kind'], readonly [Appended, Appended]>> {
  await using connections = new AsyncDisposableStack();
  const opened = await Promise.all(
    all.map(async (place) => ({ place, ...(await openSessions(connections.use(await openPlace(place)), sizes)) })),
  );
  const rounds = opened.map(({ place, targets }) => ({ place, targets }));
  const results = await runAll(Array.from({ length: processes }, (_, writer) => ({ principal, writer, rounds })));
  const read = await Promise.all(
    opened.map(async ({ place, readOne }, round) => {
      const own = results.map((each) => each[round] ?? []);
      return [place.kind, await Promise.all([readOne(0, own), readOne(1, own)])] as const;
    }),
  );
  return new Map(read);
}

interface OpenSessions {
  targets: readonly Target[];
  readOne: (index: 0 | 1, results: readonly AppendResult[][]) => Promise<Appended>;
}

/** Opens a session of each size. */
async function openSessions({ store }: OpenPlace, sizes: readonly [Size, Size]): Promise<OpenSessions> {
  const memories = sizes.map(({ maxTokens }) => createSessionMemory({ store, maxTokens, ttlMs: 3_600_000 }));
  const handles = await Promise.all(memories.map(async (memory) => (await memory.open(principal)).handle));
  return {
    targets: sizes.map((size, index) => ({ ...size, handle: handles[index] ?? '' })),
    async readOne(index, results) {
      const { turns, evicted } = (await memories[index]?.read(principal, handles[index] ?? '')) ?? { turns: [], evicted: 0 };
      return { texts: turns.map(({ text }) => text), evicted, results: results.flatMap((each) => each[index] ?? []) };
    },
  };
}

/** Starts every process; in each round waits until all have opened the store, and lets them go at once. Results by process and round. */
async function runAll(tasks: readonly AppendTask[]): Promise<AppendResult[][][]> {
  const program = `${import.meta.dirname}/../test/appender.ts`;
  const start = (task: AppendTask): Promise<Probe> =>
    spawnProbe(process.execPath, ['--conditions=@trellis-mcp/source', program, JSON.stringify(task)]);
  const probes = await Promise.all(tasks.map(start));
  try {
    for (const [kind] of places) {
      await Promise.all(probes.map((probe) => probe.waitForStdout(`open ${kind}`, isSoak ? 900_000 : 60_000)));
      for (const probe of probes) probe.stdin.write('go\n');
    }
    return await Promise.all(probes.map((probe) => resultsOf(probe)));
  } finally {
    await Promise.all(probes.map((probe) => probe.stop()));
  }
}

async function resultsOf(probe: Probe): Promise<AppendResult[][]> {
  const { code } = await probe.exit;
  if (code !== 0) throw new Error(`A process failed: ${probe.stderr}`);
  return probe.stdoutLines.filter((line) => line.startsWith('[')).map((line) => JSON.parse(line) as AppendResult[]);
}
