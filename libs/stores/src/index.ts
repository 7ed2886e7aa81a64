export { checkPostgresUrl } from './check-postgres-url.ts';
export {
  maxKeyBytes,
  maxTtlMs,
  type KeyPage,
  type KeyStore,
  type KeyStoreOptions,
  type ScanOptions,
  type TtlOptions,
} from './key-store.ts';
export { openMemoryKeyStore, type MemoryKeyStoreOptions } from './memory-key-store.ts';
export { openPostgres, type OpenPostgresOptions, type PostgresConnection } from './open-postgres.ts';
export { openPostgresPool, type OpenPostgresPoolOptions, type PostgresPool } from './open-postgres-pool.ts';
export { openRedis, type OpenRedisOptions, type RedisConnection } from './open-redis.ts';
export { openSqlite, type OpenSqliteOptions, type SqliteConnection } from './open-sqlite.ts';
export { openPostgresKeyStore } from './postgres-key-store.ts';
export { type PostgresLease } from './postgres-lease.ts';
export { openRedisKeyStore, type RedisKeyStoreOptions } from './redis-key-store.ts';
export { openSqliteKeyStore, type SqlKeyStoreOptions } from './sqlite-key-store.ts';
