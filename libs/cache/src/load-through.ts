import { setTimeout as sleep } from 'node:timers/promises';
import type { CacheCore } from './cache-core.ts';
import type { FullPolicy } from './cache-policy.ts';
import { cancelled } from './flights.ts';
import type { FlightLease } from './flight-lock.ts';
import { keepLoaded, prepareLoaded } from './keep-value.ts';
import { isOutdated, keepInMemory, lookBelow, type Look } from './look-below.ts';
import { isAlive, type Entry } from './tier-access.ts';
import type { LoadContext } from './tiered-cache.ts';

/** One load and what it is for. */
export interface Load {
  key: string;
  load: (context: LoadContext) => Promise<unknown>;
  policy: FullPolicy;
  signal: AbortSignal;
}

const retryAfterFailureMs = 1_000;
const pollMs = 25;

/** Loads a value that no tier had fresh, keeps it, and gives it; or an old one in its grace when loading fails. */
export async function loadThrough(core: CacheCore, look: Look, task: Load): Promise<unknown> {
  const { flightLock, guard } = (task.policy.lock && core.lock) || {};
  if (!flightLock || !guard) return loadNow(core, look, task);
  const acquire = async (): Promise<{ lease: FlightLease | undefined }> => ({
    lease: await flightLock.acquire(core.namespace, task.key),
  });
  const deadline = performance.now() + flightLock.ttlMs;
  for (;;) {
    const held = await guard.attempt('acquire', acquire);
    // Whoever held it may have loaded meanwhile.
    const again = await lookBelow(core, { key: task.key, tags: task.policy.tags }, (its) => its);
    const isDone = again.entry !== undefined && core.now() < again.entry.freshUntil;
    const { lease } = held ?? {};
    try {
      if (isDone) return again.entry?.value;
      if (lease || !held || performance.now() > deadline) return await loadNow(core, keepEntry(again, look), task);
    } finally {
      if (lease) await guard.attempt('release', () => lease.release());
    }
    await sleep(pollMs * (0.5 + core.random()), undefined, { signal: task.signal });
  }
}

/** What memory had may be the only old value there is. */
function keepEntry(look: Look, { entry }: Look): Look {
  return look.entry ? look : { ...look, entry };
}

async function loadNow(core: CacheCore, look: Look, { key, load, policy, signal }: Load): Promise<unknown> {
  const { tags } = policy;
  await Promise.all(core.tiers.map((tier, index) => markTags(tier, look.readings[index], tags)));
  const started = performance.now();
  let loaded: unknown;
  core.counts.loads += 1;
  try {
    loaded = await untilAborted(load, signal);
  } catch (failure) {
    const old = look.entry;
    if (signal.aborted) throw cancelled(failure);
    if (!old || !canStandIn(core, look.moment, { key, entry: old })) throw failure;
    core.counts.staleHits += 1;
    const retryAt = core.now() + retryAfterFailureMs;
    keepInMemory(core, key, { moment: look.moment, entry: old, retryAt });
    return old.value;
  }
  const { value, entry } = prepareLoaded(core, loaded, policy);
  if (entry) await keepLoaded(core, key, { look, entry, tookMs: performance.now() - started });
  return value;
}

/** A loader may not listen to its signal: it is left alone then. */
function untilAborted(load: Load['load'], signal: AbortSignal): Promise<unknown> {
  if (signal.aborted) return Promise.reject(cancelled(signal.reason));
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(cancelled(signal.reason)), { once: true });
  });
  return Promise.race([load({ signal }), aborted]);
}

async function markTags(tier: CacheCore['tiers'][number], reading: Look['readings'][number], tags: readonly string[]): Promise<void> {
  if (reading) await tier.mark(reading, tags, 'before load');
}

function canStandIn(core: CacheCore, moment: number, { key, entry }: { key: string; entry: Entry }): boolean {
  return isAlive(entry, core.now()) && !isOutdated(core, moment, { key, tags: entry.tags });
}
