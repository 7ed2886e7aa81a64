import type { cacheKey, CacheTier, TieredCache } from '@trellis-mcp/cache';
import type { Host } from '@trellis-mcp/server';
import { watchTiers } from './watch-tiers.ts';

/** An open cache, and how its keys are made. */
export interface OpenCache {
  readonly cache: TieredCache;
  readonly cacheKey: typeof cacheKey;
}

/** The cache of a server: memory, then Redis with `--redis-url`, then SQLite with `--cache-path`. */
export interface ServerCache {
  /** Opens it, once: a server that nobody asks loads no store. */
  open(): Promise<OpenCache>;
  /** Whether other processes read what this one keeps. */
  readonly isShared: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Schemas change seldom, and models ask the same thing again at once. */
const schemaTtlMs = 10_000;

const maxMemoryBytes = 32 * 1024 * 1024;

/** A process that died while it ran a statement keeps others waiting for no longer than this. */
const maxLockMs = 30_000;

/** What {@link createCache} needs of the host. */
export type CacheHost = Pick<Host, 'redis' | 'sqlite' | 'log' | 'now' | 'lifecycle' | 'health'>;

/** Makes the cache of a server; processes of another version never read its entries. */
export function createCache(host: CacheHost, options: { readonly version: string; readonly statementTimeoutMs: number }): ServerCache {
  let opening: Promise<OpenCache> | undefined;
  let opened: TieredCache | undefined;
  const watch = watchTiers(host, () => opened?.stats());
  const open = async (): Promise<OpenCache> => {
    const { cacheKey, createTieredCache, ...parts } = await import('@trellis-mcp/cache');
    const { redis, sqlite, now } = host;
    const tiers: CacheTier[] = [parts.memoryTier({ maxBytes: maxMemoryBytes })];
    if (redis !== undefined) tiers.push(parts.redisTier(redis));
    if (sqlite !== undefined) tiers.push(parts.sqliteTier(sqlite));
    const lockMs = Math.min(options.statementTimeoutMs, maxLockMs);
    opened = createTieredCache({
      name: `database-${options.version}`,
      tiers,
      ...(redis === undefined ? {} : { bus: parts.redisBus(redis), lock: parts.redisLock(redis, { ttlMs: lockMs }) }),
      ttlMs: schemaTtlMs,
      jitter: 0,
      now,
      onError: watch.onError,
    });
    return { cache: opened, cacheKey };
  };
  host.lifecycle.onClose('cache', async () => {
    watch.close();
    await (await opening)?.cache.close();
  });
  return {
    open: async () => (opening ??= open()),
    isShared: host.redis !== undefined || host.sqlite !== undefined,
    now: host.now,
  };
}
