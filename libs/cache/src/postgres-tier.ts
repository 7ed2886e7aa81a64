import type { PostgresConnection } from '@trellis-mcp/stores';
import { sql } from 'kysely';
import type { StoreTier } from './cache-tier.ts';
import { createSqlStore, expiresHour } from './sql-store.ts';
import type { SqlTierOptions } from './sqlite-tier.ts';

const table = 'trellis_cache_1';
/** Any number: it names the lock under which processes that start together make the table one after the other. */
const advisoryLock = 7_410_862_205_312;

/** Makes a tier that every process with the same Postgres shares: a durable last tier for several machines. */
export function postgresTier(
  postgres: PostgresConnection,
  { name = 'postgres', timeoutMs = 1_000, maxEntries = 100_000 }: SqlTierOptions = {},
): StoreTier {
  const createTable = async (): Promise<void> => {
    const { rows } = await sql<{ found: boolean }>`select to_regclass(${table}) is not null as found`.execute(postgres.db);
    // A table that is there will do, also for a role that may make none.
    if (rows[0]?.found === true) return;
    await postgres.db.transaction().execute(async (transaction) => {
      await sql`select pg_advisory_xact_lock(${advisoryLock}::bigint)`.execute(transaction);
      const columns = sql`name text collate "C" primary key, record text not null, expires_at bigint not null, ${expiresHour}`;
      await sql`create table if not exists ${sql.table(table)} (${columns}) with (fillfactor = 80)`.execute(transaction);
      await sql`create index if not exists ${sql.id(`${table}_expiry`)} on ${sql.table(table)} (expires_hour)`.execute(transaction);
    });
  };
  const removeLock = sql`for update skip locked`;
  return {
    kind: 'store',
    name,
    scope: 'shared',
    timeoutMs,
    open: (context) => createSqlStore({ ...context, db: () => postgres.db, table, maxEntries, createTable, removeLock }),
  };
}
