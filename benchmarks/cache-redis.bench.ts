import { redisTier } from '@trellis-mcp/cache';
import { openRedis } from '@trellis-mcp/stores';
import { sharedRedis } from '@trellis-mcp/test-services';
import { installCachePeers } from './cache-peers.ts';
import { fill, timeEachHit, keys, makeValue, openTrellis } from './cache-work.ts';
import { compareTo, measureInterleaved } from './measure.ts';
import type { BenchResult } from './report.ts';

/** Hits of one turn. Many short turns of all sides, close to each other, see the same machine. */
const hits = 300;
const turnsPerRound = 10;
const title = 'A hit in Redis';
const unit = 'p50, ns';

/**
 * Hits in Redis, one after the other, against a bare ioredis `GET` and `JSON.parse`, and beside the caches of other projects.
 *
 * bentocache takes part twice. With a time limit on its commands it promises what Trellis does, that a Redis that hangs holds no call up:
 * that is the same work. As it comes it has none, saves a timer for each command, and is about as fast.
 */
export async function run(rounds: number): Promise<readonly BenchResult[]> {
  await using server = await sharedRedis();
  await using redis = await openRedis(server.url);
  const peers = await installCachePeers();
  const others = 'missing' in peers ? [] : peers.openOnRedis(server.url);
  for (const [index, key] of keys.entries()) await redis.command.set(`bare:${key}`, JSON.stringify(makeValue(index)));
  const trellis = openTrellis([redisTier(redis, { timeoutMs: 10_000 })]);
  const caches = [...others, trellis];
  for (const cache of caches) await fill(cache);
  const bare = 'ioredis GET and JSON.parse';
  const getBare = async (key: string): Promise<unknown> => JSON.parse((await redis.command.get(`bare:${key}`)) ?? 'null');
  const measured = await measureInterleaved(
    [timeEachHit(bare, getBare, hits), ...caches.map(({ name, get }) => timeEachHit(name, get, hits))],
    rounds * turnsPerRound,
    turnsPerRound,
  );
  await Promise.all(caches.map(({ close }) => close()));
  return [
    { title: `${title}, beside ioredis`, unit, measured: compareTo(measured, [bare, trellis.name]), bound: 1.2 },
    ...('missing' in peers ? [{ title: `${title}, beside bentocache and cacheable`, missing: peers.missing }] : []),
    ...others.map(({ name }) => ({
      title: `${title}, beside ${name}`,
      unit,
      measured: compareTo(measured, [name, trellis.name]),
      bound: 1,
    })),
  ];
}
