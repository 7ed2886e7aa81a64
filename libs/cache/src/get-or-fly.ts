import type { CacheCore } from './cache-core.ts';
import { fillPolicy, type FullPolicy } from './cache-policy.ts';
import { freezeDeep } from './cache-value.ts';
import { cancelled, type Flight, type Flights } from './flights.ts';
import { loadThrough } from './load-through.ts';
import { isOutdated, keepInMemory, lookBelow, type Look } from './look-below.ts';
import { answerOf, copyBytes } from './memory-tier.ts';
import { isAlive, type Entry } from './tier-access.ts';
import type { LoadContext, LoadOptions } from './tiered-cache.ts';

/** Where the loads of a cache are. */
export interface Flying {
  core: CacheCore;
  flights: Flights;
  /** Throws for a closed cache or a wrong key. */
  enter: (key: string) => void;
}

/** What a caller asks for. */
export interface Wish {
  load: (context: LoadContext) => Promise<unknown>;
  options: LoadOptions | undefined;
}

/** Answers what memory has not fresh: with a stale value at once, or with what a flight finds or loads. */
export async function getOrFly({ core, flights, enter }: Flying, key: string, { load, options }: Wish): Promise<unknown> {
  // First: what is asked after it may have changed meanwhile.
  if (core.starting) await core.starting;
  enter(key);
  const signal = options?.signal;
  if (signal?.aborted) throw cancelled(signal.reason);
  const policy = fillPolicy(core.defaults, options);
  const inMemory = core.memory?.get(key);
  const time = core.now();
  const old = inMemory && isAlive(inMemory, time) ? inMemory : undefined;
  if (core.memory) core.counts.memoryMisses += 1;
  if (old && time < Math.max(old.staleUntil, old.retryAt)) {
    core.counts.staleHits += 1;
    if (time >= old.retryAt) joinFlight(core, flights, { key, load, policy, old }).isBackground = true;
    return answerOf(old);
  }
  const flight = joinFlight(core, flights, { key, load, policy, old });
  return copyBytes(await flights.wait(key, flight, { signal, pick: () => pickAnswer(core, flight) }));
}

async function pickAnswer(core: CacheCore, flight: Flight): Promise<unknown> {
  const { entry } = await flight.found;
  const time = core.now();
  // It may have been found long ago, and the clock may have gone back since.
  if (!entry || !isAlive(entry, time) || time >= entry.staleUntil) return flight.loaded;
  if (time >= entry.freshUntil) {
    core.counts.staleHits += 1;
    flight.isBackground = true;
  }
  return entry.value;
}

interface Departure {
  key: string;
  load: (context: LoadContext) => Promise<unknown>;
  policy: FullPolicy;
  /** What memory has, in its grace. */
  old: Entry | undefined;
}

/** Gives the flight of a key, or starts one: also when what the present one brings was invalidated since it began. */
function joinFlight(core: CacheCore, flights: Flights, departure: Departure): Flight {
  const { key, policy } = departure;
  const current = flights.get(key);
  if (current && !isOutdated(core, current.moment, { key, tags: policy.tags })) return current;
  const flight = startFlight(core, departure);
  flights.start(key, flight);
  return flight;
}

function startFlight(core: CacheCore, { key, load, policy, old }: Departure): Flight {
  const controller = new AbortController();
  const moment = core.recent.moment();
  const found = lookBelow(core, { key, tags: policy.tags }, (look) => withOld(core, look, { key, old }));
  const loaded = found.then((look) => {
    if (look.entry && core.now() < look.entry.freshUntil) return look.entry.value;
    core.counts.misses += 1;
    return loadThrough(core, look, { key, load, policy, signal: controller.signal });
  });
  return { found, loaded, moment, controller, waiting: 0, isBackground: false };
}

/** The fresher of what the tiers and memory have. What is stale goes to memory, to be given there while it is loaded. */
function withOld(core: CacheCore, look: Look, { key, old }: { key: string; old: Entry | undefined }): Look {
  const { entry, moment } = look;
  if (old && old.freshUntil >= (entry?.freshUntil ?? 0)) return { ...look, entry: old };
  freezeDeep(entry?.value);
  if (entry && core.now() >= entry.freshUntil) keepInMemory(core, key, { moment, entry });
  return look;
}
