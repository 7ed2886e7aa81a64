import { createCore, type CacheCore } from './cache-core.ts';
import { checkKey, checkTag, fillPolicy } from './cache-policy.ts';
import { readStats } from './cache-stats.ts';
import { keyName, tagName } from './cache-tier.ts';
import { cancelled, createFlights } from './flights.ts';
import { getOrFly } from './get-or-fly.ts';
import { lookBelow, type Look } from './look-below.ts';
import { answerOf, copyBytes, type MemoryEntry } from './memory-tier.ts';
import type { LoadContext, LoadOptions, TieredCache, TieredCacheOptions } from './tiered-cache.ts';
import { invalidate, setEverywhere } from './write-through.ts';

/** Makes a cache; throws `INVALID_INPUT` when its options make no sense. */
export function createTieredCache(cacheOptions: TieredCacheOptions): TieredCache {
  const core = createCore(cacheOptions);
  const { counts } = core;
  const flights = createFlights();
  let isClosed = false;
  const enter = (key: string): void => {
    if (isClosed) throw cancelled();
    checkKey(key);
  };
  const close = async (): Promise<void> => {
    isClosed = true;
    await flights.close();
    for (const { guard } of core.tiers) guard.close();
    core.bus?.guard.close();
    await core.bus?.connection.close();
    core.memory?.clear();
  };
  const hit = createHit(core);
  const getBelow = createGetBelow(core, enter);
  return {
    get<T>(key: string): Promise<T | undefined> {
      const entry = hit(key);
      return (entry === undefined ? getBelow(key) : answerOf(entry)) as Promise<T | undefined>;
    },
    getOrLoad<T>(key: string, load: (context: LoadContext) => Promise<T>, options?: LoadOptions): Promise<T> {
      const entry = hit(key);
      const given = entry === undefined ? getOrFly({ core, flights, enter }, key, { load, options }) : answerOf(entry);
      return given as Promise<T>;
    },
    async set(key, value, policy) {
      enter(key);
      if (core.starting) await core.starting;
      await setEverywhere(core, key, { value, policy: fillPolicy(core.defaults, policy) });
    },
    async delete(key) {
      enter(key);
      counts.invalidations += 1;
      await invalidate(core, keyName(key));
    },
    async invalidateTag(tag) {
      if (isClosed) throw cancelled();
      checkTag(tag);
      counts.invalidations += 1;
      await invalidate(core, tagName(tag));
    },
    stats: () => readStats(core),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * A hit in memory is one lookup, one look at the clock, and a promise that was made before: no timer, no object, no further hop.
 */
function createHit(core: CacheCore): (key: string) => MemoryEntry | undefined {
  const { memory, now, counts } = core;
  return (key) => {
    const entry = memory?.get(key);
    if (entry === undefined) return undefined;
    const time = now();
    if (time >= entry.freshUntil || time < entry.notBefore) return undefined;
    counts.memoryHits += 1;
    if ((counts.memoryHits & sampleMask) === 1) sampleLatency(core, key);
    return entry;
  };
}

/** One hit in memory of so many is timed. */
const sampleMask = 1023;

function sampleLatency({ memory, memoryLatency }: CacheCore, key: string): void {
  const started = performance.now();
  memory?.get(key);
  memoryLatency.add(performance.now() - started);
}

/** Looks below memory. What is found there fresh is given, however long it took to copy it up. */
function createGetBelow(core: CacheCore, enter: (key: string) => void): (key: string) => Promise<unknown> {
  const { counts } = core;
  const answer = ({ entry, isFresh }: Look): unknown => {
    if (isFresh && entry !== undefined) return copyBytes(entry.value);
    counts.misses += 1;
    return undefined;
  };
  return (key) => {
    try {
      enter(key);
    } catch (error) {
      return Promise.reject(error);
    }
    if (core.memory) counts.memoryMisses += 1;
    const names = { key, tags: noTags };
    return core.starting ? core.starting.then(() => lookBelow(core, names, answer)) : lookBelow(core, names, answer);
  };
}

const noTags: readonly string[] = [];
