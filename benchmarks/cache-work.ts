import { createTieredCache, type CacheTier } from '@trellis-mcp/cache';
import type { MeasuredCache } from './cache-peers.ts';
import { median, type Variant } from './measure.ts';

/** An entry of about 400 bytes. */
export function makeValue(index: number): unknown {
  return {
    id: index,
    name: `user ${String(index)}`,
    email: `user${String(index)}@example.org`,
    roles: ['reader', 'writer'],
    note: 'x'.repeat(300),
  };
}

/** Keys as long as those of `cacheKey`. */
export const keys = Array.from({ length: 5_000 }, (_, index) => `public:${String(index).padStart(43, '0')}`);

/** The cache of Trellis on some tiers. */
export function openTrellis(tiers: readonly CacheTier[]): MeasuredCache {
  const cache = createTieredCache({ tiers, ttlMs: 600_000 });
  return {
    name: 'Trellis',
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    getOrLoad: (key, load) => cache.getOrLoad(key, load),
    close: () => cache.close(),
  };
}

/** Fills a cache with every key. */
export async function fill({ set }: Pick<MeasuredCache, 'set'>): Promise<void> {
  for (const [index, key] of keys.entries()) await set(key, makeValue(index));
}

/** Hits one key after the other, each awaited; the cost is nanoseconds per hit. */
export function hitInTurn(name: string, get: (key: string) => unknown, hits: number): Variant {
  return {
    name,
    async run() {
      let found = 0;
      const began = performance.now();
      for (let index = 0; index < hits; index += 1) if ((await get(keys[index % keys.length] ?? '')) !== undefined) found += 1;
      const nanos = ((performance.now() - began) * 1e6) / hits;
      if (found !== hits) throw new Error(`${name} missed ${String(hits - found)} of ${String(hits)} hits`);
      return nanos;
    },
  };
}

/** The same with each hit timed by itself: the cost is the median, which a busy machine disturbs less. */
export function timeEachHit(name: string, get: (key: string) => Promise<unknown>, hits: number): Variant {
  return {
    name,
    async run() {
      const times: number[] = [];
      for (let index = 0; index < hits; index += 1) {
        const began = performance.now();
        const value = await get(keys[index % keys.length] ?? '');
        times.push(performance.now() - began);
        if (value === undefined) throw new Error(`${name} missed a hit`);
      }
      return median(times) * 1e6;
    },
  };
}
