import type { CacheCore } from './cache-core.ts';
import type { Guard } from './guard.ts';
import type { CacheStats, TierStats } from './tiered-cache.ts';

/** Reads the counters of a cache. */
export function readStats(core: CacheCore): CacheStats {
  const { counts, bus, lock } = core;
  const below = core.tiers.map(({ name, counts: own, guard }): TierStats => ({
    name,
    ...own,
    errors: guard.errors,
    ...guard.latency(),
    state: stateOf(guard),
  }));
  const tiers = core.memory ? [memoryStats(core), ...below] : below;
  const sum = (field: 'hits' | 'errors'): number => tiers.reduce((total, tier) => total + tier[field], 0);
  const hits = sum('hits');
  const { misses, loads, staleHits, invalidations } = counts;
  return {
    hits,
    misses,
    loads,
    staleHits,
    errors: sum('errors') + (bus?.guard.errors ?? 0) + (lock?.guard.errors ?? 0),
    invalidations,
    hitRate: hits + misses === 0 ? null : hits / (hits + misses),
    tiers,
    busState: bus ? stateOf(bus.guard) : 'none',
  };
}

function stateOf({ isClosed }: Guard): 'closed' | 'open' {
  return isClosed ? 'closed' : 'open';
}

function memoryStats({ counts, memoryLatency }: CacheCore): TierStats {
  const { memoryHits: hits, memoryMisses: misses, memoryPromotions: promotions } = counts;
  return { name: 'memory', hits, misses, promotions, errors: 0, ...memoryLatency.stats(), state: 'closed' };
}
