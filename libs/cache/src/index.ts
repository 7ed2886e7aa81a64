export { cacheKey, type CacheOwner } from './cache-key.ts';
export { type CachePolicy } from './cache-policy.ts';
export {
  type CacheTier,
  type NamedRecord,
  type StoreTier,
  type SwapOptions,
  type TierContext,
  type TierScope,
  type TierStore,
} from './cache-tier.ts';
export { createTieredCache } from './create-tiered-cache.ts';
export { type FlightLease, type FlightLock } from './flight-lock.ts';
export { type BusConnection, type BusListener, type InvalidationBus } from './invalidation-bus.ts';
export { type LatencyStats } from './latency.ts';
export { memoryTier, type MemoryTier, type MemoryTierOptions } from './memory-tier.ts';
export { isCorrupt, openCacheSqlite, type CacheSqlite, type OpenCacheSqliteOptions } from './open-cache-sqlite.ts';
export { postgresTier } from './postgres-tier.ts';
export { redisBus, type RedisBusOptions } from './redis-bus.ts';
export { redisLock, type RedisLockOptions } from './redis-lock.ts';
export { redisTier, type RedisTierOptions } from './redis-tier.ts';
export { sqliteTier, type SqlTierOptions } from './sqlite-tier.ts';
export {
  type CacheErrorReport,
  type CacheStats,
  type LoadContext,
  type LoadOptions,
  type TieredCache,
  type TieredCacheOptions,
  type TierStats,
} from './tiered-cache.ts';
