import { memoryTier, redisTier } from '@trellis-mcp/cache';
import { openRedis } from '@trellis-mcp/stores';
import { sharedRedis } from '@trellis-mcp/test-services';
import { installCachePeers, type MeasuredCache } from './cache-peers.ts';
import { makeValue, openTrellis } from './cache-work.ts';
import { compareTo, measureInterleaved, median, type Variant } from './measure.ts';
import type { BenchResult } from './report.ts';

const callers = 1_000;
const stampedes = 20;
const loadMs = 2;
const title = '1,000 misses of one key at once';
const unit = 'µs';

/** A thousand callers at once of a key that is nowhere, in memory and Redis: until the last has its answer. One load, or it fails. */
export async function run(rounds: number): Promise<readonly BenchResult[]> {
  await using server = await sharedRedis();
  await using redis = await openRedis(server.url);
  const peers = await installCachePeers();
  const others = 'missing' in peers ? [] : peers.openOnBoth(server.url);
  const trellis = openTrellis([memoryTier(), redisTier(redis, { timeoutMs: 10_000 })]);
  const measured = await measureInterleaved([...others, trellis].map(stampede), rounds);
  await Promise.all([...others, trellis].map(({ close }) => close()));
  if ('missing' in peers) return [{ title: `${title}, beside bentocache and cacheable`, missing: peers.missing }];
  return others.map(({ name }) => ({
    title: `${title}, beside ${name}`,
    unit,
    measured: compareTo(measured, [name, trellis.name]),
    bound: 1,
  }));
}

function stampede({ name, getOrLoad }: MeasuredCache): Variant {
  let rounds = 0;
  return {
    name,
    async run() {
      rounds += 1;
      const times: number[] = [];
      for (let index = 0; index < stampedes; index += 1) {
        let loads = 0;
        const load = async (): Promise<unknown> => {
          loads += 1;
          await new Promise((resolve) => setTimeout(resolve, loadMs));
          return makeValue(index);
        };
        const key = `stampede:${String(process.pid)}:${String(rounds)}:${String(index)}`;
        const began = performance.now();
        await Promise.all(Array.from({ length: callers }, () => getOrLoad(key, load)));
        times.push(performance.now() - began);
        if (loads !== 1) throw new Error(`${name} loaded ${String(loads)} times`);
      }
      return median(times) * 1_000;
    },
  };
}
