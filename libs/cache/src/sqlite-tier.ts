import { isAppError } from '@trellis-mcp/errors';
import type { SqliteConnection } from '@trellis-mcp/stores';
import { sql } from 'kysely';
import type { StoreTier, TierContext, TierStore } from './cache-tier.ts';
import type { CacheSqlite } from './open-cache-sqlite.ts';
import { createSqlStore, expiresHour } from './sql-store.ts';

/** How a {@link sqliteTier} or postgresTier is used. */
export interface SqlTierOptions {
  /** Shown in reports and statistics. Default `sqlite` or `postgres`. */
  name?: string;
  /** Longest wait for one step, in milliseconds; then the tier is skipped. Default 250 for SQLite, 1,000 for Postgres. */
  timeoutMs?: number;
  /** Most entries, pruned now and then. Default 100,000. */
  maxEntries?: number;
}

const table = 'trellis_cache_1';

/** Makes a tier of a SQLite file, which the processes of one machine may share; opened by `openCacheSqlite` it heals when it is corrupt. */
export function sqliteTier(
  sqlite: SqliteConnection | CacheSqlite,
  { name = 'sqlite', timeoutMs = 250, maxEntries = 100_000 }: SqlTierOptions = {},
): StoreTier {
  return { kind: 'store', name, scope: 'machine', timeoutMs, open: (context) => openSqliteStore(sqlite, { ...context, maxEntries }) };
}

function openSqliteStore(sqlite: SqliteConnection | CacheSqlite, options: TierContext & { maxEntries: number }): TierStore {
  const createTable = async (): Promise<void> => {
    const columns = sql`name text primary key, record text not null, expires_at integer not null, ${expiresHour}`;
    await sql`create table if not exists ${sql.table(table)} (${columns}) strict`.execute(sqlite.db);
    await sql`create index if not exists ${sql.id(`${table}_expiry`)} on ${sql.table(table)} (expires_hour)`.execute(sqlite.db);
  };
  const open = (): TierStore => createSqlStore({ ...options, db: () => sqlite.db, table, createTable, removeLock: sql`` });
  let store = open();
  const heal = async <T>(step: (store: TierStore) => Promise<T>): Promise<T> => {
    try {
      return await step(store);
    } catch (error) {
      if (!('recreate' in sqlite) || !isAppError(error) || !sqlite.needsRecreate(error)) throw error;
      await sqlite.recreate(error);
      store = open();
      return step(store);
    }
  };
  return {
    read: (names) => heal((each) => each.read(names)),
    swap: (name, record, swapOptions) => heal((each) => each.swap(name, record, swapOptions)),
    put: (records, keepMs) => heal((each) => each.put(records, keepMs)),
    clear: () => heal((each) => each.clear()),
  };
}
