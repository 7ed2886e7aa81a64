import type { AppError } from '@trellis-mcp/errors';
import type { CachePolicy } from './cache-policy.ts';
import type { CacheTier } from './cache-tier.ts';
import type { FlightLock } from './flight-lock.ts';
import type { InvalidationBus } from './invalidation-bus.ts';
import type { LatencyStats } from './latency.ts';

/** A failure that no caller saw. */
export interface CacheErrorReport {
  /** Name of the tier, or `bus`, `lock`, or `cache` for an entry that cannot be kept. */
  tier: string;
  operation: string;
  error: AppError;
}

/** How a {@link TieredCache} is built; the fields of {@link CachePolicy} are the defaults of its entries. */
export interface TieredCacheOptions extends Omit<CachePolicy, 'tags' | 'lock'> {
  /** Where entries are looked for, in order; at most one `memoryTier`, first. */
  tiers: readonly CacheTier[];
  /** Caches of different names never meet in a shared tier: letters, digits, `.`, `_`, `-`, at most 64. Default `cache`. */
  name?: string;
  /** Tells other processes what was invalidated; without one, they find out when their entries expire. */
  bus?: InvalidationBus;
  /** Used by entries whose policy says `lock`. */
  lock?: FlightLock;
  /** How long a failing tier (or bus, or lock) is left alone before one call tries it again, in milliseconds. Default 500. */
  retryAfterMs?: number;
  /** The clock that judges the life of entries, in epoch milliseconds. Default `Date.now`. */
  now?: () => number;
  /** Numbers from 0 up to 1, for the jitter. Default `Math.random`. */
  random?: () => number;
  /** Told of every failure of a tier, the bus and the lock, for the log. */
  onError?: (report: CacheErrorReport) => void;
}

/** What a loader gets. */
export interface LoadContext {
  /** Aborts when nobody waits any more. */
  signal: AbortSignal;
}

/** Policy of one entry, and the signal of one caller. */
export interface LoadOptions extends CachePolicy {
  signal?: AbortSignal;
}

/** What one tier did. */
export interface TierStats extends LatencyStats {
  name: string;
  hits: number;
  misses: number;
  /** Entries copied into it from a tier below. */
  promotions: number;
  errors: number;
  /** `open` while it is skipped, or takes no writes. */
  state: 'closed' | 'open';
}

/** What a cache did since it was made. */
export interface CacheStats {
  /** Answers from a tier. */
  hits: number;
  /** Answers that no tier had. */
  misses: number;
  /** Calls of a loader. */
  loads: number;
  /** Old values given while a new one was loaded, or because loading failed. */
  staleHits: number;
  /** Failures of tiers, bus and lock. */
  errors: number;
  /** Calls of `delete` and `invalidateTag`. */
  invalidations: number;
  /** Hits in hits and misses, 0 to 1; null before the first. */
  hitRate: number | null;
  tiers: TierStats[];
  /** `open` while invalidations wait for the bus; `none` without one. */
  busState: 'closed' | 'open' | 'none';
}

/**
 * A cache over a list of tiers.
 *
 * Values are JSON or bytes. What comes back is what JSON makes of a value, frozen where several callers get the same object; bytes are
 * a copy. A failing tier never fails a call. Rejects with `INVALID_INPUT` for a key, tag, policy or value that makes no sense, `CANCELLED`
 * when the caller's signal aborts or the cache is closed, and with what the loader threw.
 */
export interface TieredCache extends AsyncDisposable {
  /** Gives a fresh value, or undefined. The type is the caller's word. */
  get<T>(key: string): Promise<T | undefined>;
  /** Keeps a value in all tiers, and tells the other processes. */
  set<T>(key: string, value: T, policy?: CachePolicy): Promise<void>;
  /**
   * Gives the value, or loads and keeps it. Of any number of callers of this process one loads; a loader's undefined is remembered as
   * "nothing there".
   */
  getOrLoad<T>(key: string, load: (context: LoadContext) => Promise<T>, options?: LoadOptions): Promise<T>;
  /** Removes a value everywhere. A tier that cannot be reached is not read before it was told. */
  delete(key: string): Promise<void>;
  /** Removes everything that was filed under a tag, everywhere; the same promise as {@link TieredCache.delete}. */
  invalidateTag(tag: string): Promise<void>;
  stats(): CacheStats;
  /** Aborts loads, rejects later calls. The connections stay open: whoever opened them closes them. */
  close(): Promise<void>;
}
