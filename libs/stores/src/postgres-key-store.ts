import { createKeyStore } from './create-key-store.ts';
import type { KeyStore } from './key-store.ts';
import type { PostgresConnection } from './open-postgres.ts';
import { checkTableName, type SqlKeyStoreOptions } from './sqlite-key-store.ts';

/** Any number: it names the lock under which processes that start together make the table one after the other. */
const advisoryLock = 7_410_862_205_311;

/**
 * Opens a key store on Postgres; any number of processes share it. A table that is there already is used as it is, so a role without
 * the right to create tables will do.
 */
export async function openPostgresKeyStore(
  postgres: PostgresConnection,
  { table = 'trellis_keys', ...options }: SqlKeyStoreOptions = {},
): Promise<KeyStore> {
  checkTableName(table);
  const [{ sql }, { createSqlBackend, expiresHour }] = await Promise.all([import('kysely'), import('./sql-backend.ts')]);
  const { db } = postgres;
  const isThere = async (): Promise<boolean> => {
    const { rows } = await sql<{ found: boolean }>`select to_regclass(${table}) is not null as found`.execute(db);
    return rows[0]?.found === true;
  };
  if (!(await isThere())) {
    await db.transaction().execute(async (transaction) => {
      // "if not exists" alone fails when two sessions make the same table at once.
      await sql`select pg_advisory_xact_lock(${advisoryLock}::bigint)`.execute(transaction);
      const columns = sql`key text collate "C" primary key, value bytea not null, version text not null, expires_at bigint not null`;
      // Room on each page lets an update stay on it.
      await sql`create table if not exists ${sql.table(table)} (${columns}, ${expiresHour}) with (fillfactor = 80)`.execute(transaction);
      await sql`create index if not exists ${sql.id(`${table}_expiry`)} on ${sql.table(table)} (expires_hour)`.execute(transaction);
    });
  }
  const pruneLock = sql`for update skip locked`;
  // Text of Postgres cannot hold NUL, which a value may.
  return createKeyStore(createSqlBackend({ db, table, pruneLock, encode: (value) => Buffer.from(value), decode }), options);
}

function decode(column: unknown): string {
  return Buffer.isBuffer(column) ? column.toString('utf8') : String(column);
}
