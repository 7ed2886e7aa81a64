import { memoryTier } from '@trellis-mcp/cache';
import { LRUCache } from 'lru-cache';
import { installCachePeers } from './cache-peers.ts';
import { fill, hitInTurn, keys, makeValue, openTrellis } from './cache-work.ts';
import { compareTo, measureInterleaved } from './measure.ts';
import type { BenchResult } from './report.ts';

const hits = 100_000;
const title = 'A hit in memory';
const unit = 'ns';

/** Hits in memory, each awaited, against a bare lru-cache `get` that is awaited alike, and beside the caches of other projects. */
export async function run(rounds: number): Promise<readonly BenchResult[]> {
  const peers = await installCachePeers();
  const others = 'missing' in peers ? [] : peers.openInMemory();
  const lru = new LRUCache<string, object>({ max: 20_000 });
  for (const [index, key] of keys.entries()) lru.set(key, { value: makeValue(index) });
  const trellis = openTrellis([memoryTier({ maxEntries: 20_000 })]);
  const caches = [...others, trellis];
  for (const cache of caches) await fill(cache);
  const bare = 'lru-cache, awaited';
  const measured = await measureInterleaved(
    [hitInTurn(bare, (key) => lru.get(key), hits), ...caches.map(({ name, get }) => hitInTurn(name, get, hits))],
    rounds,
  );
  await Promise.all(caches.map(({ close }) => close()));
  return [
    { title: `${title}, beside lru-cache`, unit, measured: compareTo(measured, [bare, trellis.name]), bound: 2 },
    ...('missing' in peers ? [{ title: `${title}, beside bentocache and cacheable`, missing: peers.missing }] : []),
    ...others.map(({ name }) => ({
      title: `${title}, beside ${name}`,
      unit,
      measured: compareTo(measured, [name, trellis.name]),
      bound: 1,
    })),
  ];
}
