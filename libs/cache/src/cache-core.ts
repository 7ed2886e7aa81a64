import { AppError } from '@trellis-mcp/errors';
import { defaultPolicy, fillPolicy, type FullPolicy } from './cache-policy.ts';
import { everything, type CacheTier, type StoreTier } from './cache-tier.ts';
import type { FlightLock } from './flight-lock.ts';
import { createGuard, type Guard } from './guard.ts';
import type { BusConnection, InvalidationBus } from './invalidation-bus.ts';
import { createLatency, type Latency } from './latency.ts';
import type { MemoryStore } from './memory-tier.ts';
import { createRecentInvalidations, type RecentInvalidations } from './recent-invalidations.ts';
import { openTierAccess, type TierAccess } from './tier-access.ts';
import type { CacheErrorReport, TieredCacheOptions } from './tiered-cache.ts';

/** What the parts of one cache share. */
export interface CacheCore {
  namespace: string;
  now: () => number;
  random: () => number;
  defaults: FullPolicy;
  memory: MemoryStore | undefined;
  /** The tiers below memory, in order. */
  tiers: readonly TierAccess[];
  /** What was invalidated, here or elsewhere: nothing read or loaded before is kept after. */
  recent: RecentInvalidations;
  /** The part of it that was asked for here: a value set before is not written after. What was set elsewhere the tiers themselves order. */
  own: RecentInvalidations;
  bus: { connection: BusConnection; guard: Guard } | undefined;
  /** Until the bus has applied what was missed before the start, or cannot for now. */
  starting: Promise<void> | undefined;
  lock: { flightLock: FlightLock; guard: Guard } | undefined;
  counts: Counts;
  memoryLatency: Latency;
  report: (report: CacheErrorReport) => void;
}

/** What is counted beside the tiers. `memoryHits` is a field of its own because it is counted on the fastest path. */
export interface Counts {
  memoryHits: number;
  memoryMisses: number;
  memoryPromotions: number;
  misses: number;
  loads: number;
  staleHits: number;
  invalidations: number;
}

/** Puts the parts together. */
export function createCore(options: TieredCacheOptions): CacheCore {
  const { tiers, name = 'cache', bus, lock, now = Date.now, random = Math.random, retryAfterMs = 500, onError, ...policy } = options;
  if (!/^[\w.-]{1,64}$/.test(name)) throw invalid('The name of a cache has letters, digits, ".", "_" and "-", at most 64.');
  const report = (each: CacheErrorReport): void => onError?.(each);
  const [first] = tiers;
  const below = tiers.filter(isStoreTier);
  const core: CacheCore = {
    namespace: name,
    now,
    random,
    defaults: fillPolicy(defaultPolicy, policy),
    memory: first?.kind === 'memory' ? first.open() : undefined,
    tiers: below.map((tier, index) =>
      openTierAccess(tier, {
        namespace: name,
        now,
        retryAfterMs,
        onError: report,
        onLate: (names) => void invalidateAbove(core, index, names),
      }),
    ),
    recent: createRecentInvalidations(),
    own: createRecentInvalidations(),
    bus: undefined,
    starting: undefined,
    lock: lock && { flightLock: lock, guard: openGuard('lock', { report, retryAfterMs }) },
    counts: { memoryHits: 0, memoryMisses: 0, memoryPromotions: 0, misses: 0, loads: 0, staleHits: 0, invalidations: 0 },
    memoryLatency: createLatency(),
    report,
  };
  if (below.length + (core.memory ? 1 : 0) !== tiers.length) throw invalid('Only the first tier may be memory.');
  if (bus) {
    const opened = openBus(core, bus, retryAfterMs);
    core.bus = opened;
    core.starting = opened.connection.ready.finally(() => (core.starting = undefined));
  }
  return core;
}

function isStoreTier(tier: CacheTier): tier is StoreTier {
  return tier.kind === 'store';
}

const busTimeoutMs = 250;

interface Guarding {
  report: CacheCore['report'];
  retryAfterMs: number;
  apply?: (names: readonly string[]) => Promise<void>;
}

function openGuard(name: string, { report, retryAfterMs, apply = () => Promise.resolve() }: Guarding): Guard {
  return createGuard({ name, timeoutMs: busTimeoutMs, retryAfterMs, apply, onLate: () => undefined, onError: report });
}

function openBus(core: CacheCore, bus: InvalidationBus, retryAfterMs: number): NonNullable<CacheCore['bus']> {
  const own = machineTiers(core);
  const invalidateOwn = async (names: readonly string[]): Promise<void> => {
    for (const tier of own.toReversed()) await tier.guard.invalidate(names);
    // What was read from them meanwhile may have been kept in memory.
    dropNames(core, names);
  };
  const connection = bus.open(core.namespace, {
    drop: (names) => dropNames(core, names),
    apply: invalidateOwn,
    lose: () => {
      dropNames(core, [everything]);
      return invalidateOwn([everything]);
    },
    async keepPosition(position) {
      await Promise.all(own.map((tier) => tier.keepPosition(position)));
    },
    async keptPosition() {
      const [tier] = own;
      return own.length === 1 ? tier?.keptPosition() : undefined;
    },
    onError: (error) => core.report({ tier: 'bus', operation: 'follow', error }),
  });
  return { connection, guard: openGuard('bus', { report: core.report, retryAfterMs, apply: (names) => connection.publish(names) }) };
}

/** Forgets names in memory, and lets nothing that was read or loaded before be kept after. */
export function dropNames({ recent, memory }: CacheCore, names: readonly string[]): void {
  recent.add(names);
  for (const name of names) memory?.remove(name);
}

/** The tiers that other machines do not reach. */
export function machineTiers(core: CacheCore): TierAccess[] {
  return core.tiers.filter(({ scope }) => scope === 'machine');
}

/**
 * A tier was told late: what others may have copied from it upwards meanwhile must go as well. From a tier of this machine only those
 * copy who had heard.
 */
async function invalidateAbove(core: CacheCore, index: number, names: readonly string[]): Promise<void> {
  const isShared = core.tiers[index]?.scope === 'shared';
  if (isShared) for (const tier of core.tiers.slice(0, index).toReversed()) await tier.guard.invalidate(names);
  dropNames(core, names);
  if (isShared) await core.bus?.guard.invalidate(names);
}

function invalid(message: string): AppError {
  return new AppError('INVALID_INPUT', message);
}
