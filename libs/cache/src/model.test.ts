import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, it } from '@jest/globals';
import { openRedis, openSqlite } from '@trellis-mcp/stores';
import { recordMeasurement, startRedis, type TestInstance } from '@trellis-mcp/test-services';
import fc from 'fast-check';
import { CacheModel, keys, life, type NodeConnections } from '../test/cache-model.ts';
import type { FaultMode } from '../test/faulty-tier.ts';

const isSoak = process.env['SOAK'] === '1';
const lanes = isSoak ? 10 : 4;
const runsPerLane = isSoak ? 500 : 5;
let server: TestInstance;
let directory: string;

beforeAll(async () => {
  [server, directory] = await Promise.all([startRedis(), mkdtemp(join(tmpdir(), 'trellis-cache-'))]);
});
afterAll(async () => {
  await Promise.all([server.stop(), rm(directory, { recursive: true })]);
});

type Step = (model: CacheModel) => Promise<void> | void;
const node = fc.constantFrom(0 as const, 1 as const);
const key = fc.constantFrom(...keys);
const named = (text: string, step: Step): Step => Object.assign(step, { [fc.toStringMethod]: () => text });

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(node, key).map(([n, k]) => named(`get ${n} ${k}`, (model) => model.get(model.nodes[n], k))) },
  {
    weight: 8,
    arbitrary: fc
      .tuple(node, key, fc.integer({ min: 0, max: 4 }))
      .map(([n, k, luck]) => named(`load ${n} ${k} ${luck === 0 ? 'failing' : ''}`, (model) => model.load(model.nodes[n], k, luck === 0))),
  },
  { weight: 3, arbitrary: fc.tuple(node, key).map(([n, k]) => named(`begin ${n} ${k}`, (model) => model.beginLoad(model.nodes[n], k))) },
  { weight: 3, arbitrary: fc.constant(named('end', (model) => model.endLoads())) },
  { weight: 2, arbitrary: fc.tuple(node, key).map(([n, k]) => named(`set ${n} ${k}`, (model) => model.set(model.nodes[n], k))) },
  { weight: 4, arbitrary: fc.tuple(node, key).map(([n, k]) => named(`delete ${n} ${k}`, (model) => model.delete(model.nodes[n], k))) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(node, fc.constantFrom('t', 'u'))
      .map(([n, tag]) => named(`tag ${n} ${tag}`, (model) => model.invalidate(model.nodes[n], tag))),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(100, life.ttlMs, life.ttlMs + life.staleMs, 5_000, 3_600_000, -900, -3_600_000).map((ms) =>
      named(`clock ${ms}`, (model) => {
        model.now += ms;
      }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        node,
        fc.constantFrom('redis' as const, 'sqlite' as const),
        fc.constantFrom<FaultMode>('ok', 'ok', 'fail', 'full', 'hang', 'late'),
      )
      .map(([n, which, mode]) => named(`fault ${n} ${which} ${mode}`, (model) => model.fault(model.nodes[n], which, mode))),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(node, fc.boolean())
      .map(([n, isOnline]) => named(`online ${n} ${isOnline}`, (model) => model.connect(model.nodes[n], isOnline))),
  },
  { weight: 3, arbitrary: fc.constant(named('settle', (model) => model.settle())) },
);

/** Most of a sequence is waiting, so several run beside each other, each on connections of its own. */
async function runLane(lane: number): Promise<void> {
  const open = async (name: string): Promise<NodeConnections> => ({
    redis: await openRedis(server.url),
    sqlite: await openSqlite(join(directory, name)),
  });
  const nodes = [await open(`${String(lane)}a.db`), await open(`${String(lane)}b.db`)] as const;
  let sequences = 0;
  const property = fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 30 }), async (sequence) => {
    sequences += 1;
    const model = new CacheModel(`m${String(lane)}.${String(sequences)}`, nodes);
    try {
      for (const step of sequence) await step(model);
      await model.settle();
      for (const each of model.nodes) for (const k of keys) await model.get(each, k);
    } finally {
      await model.close();
    }
  });
  try {
    await fc.assert(property, { numRuns: runsPerLane, endOnFailure: !isSoak, ...(isSoak ? {} : { interruptAfterTimeLimit: 25_000 }) });
  } finally {
    await Promise.all(nodes.flatMap(({ redis, sqlite }) => [redis.close(), sqlite.close()]));
  }
}

it(
  `shows nothing invalidated or past its grace, on two nodes with failing tiers and a jumping clock, in ${String(lanes * runsPerLane)} sequences`,
  async () => {
    await Promise.all(Array.from({ length: lanes }, (_, lane) => runLane(lane)));
    const suite = { suite: 'cache', unit: 'runs', bound: 'no violation' };
    await recordMeasurement({ ...suite, name: 'random sequences on two nodes, real Redis and SQLite', value: lanes * runsPerLane });
  },
  isSoak ? 3_600_000 : 120_000,
);
