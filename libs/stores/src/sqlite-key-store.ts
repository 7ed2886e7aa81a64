import { AppError } from '@trellis-mcp/errors';
import { createKeyStore } from './create-key-store.ts';
import type { KeyStore, KeyStoreOptions } from './key-store.ts';
import type { SqliteConnection } from './open-sqlite.ts';

/** Where a key store on SQLite or Postgres puts its rows. */
export interface SqlKeyStoreOptions extends KeyStoreOptions {
  /** Made when it is missing. Lower-case letters, digits and `_`, at most 48. Default `trellis_keys`. */
  table?: string;
}

/** Opens a key store on a SQLite database; any number of processes of one machine share it. */
export async function openSqliteKeyStore(
  sqlite: SqliteConnection,
  { table = 'trellis_keys', ...options }: SqlKeyStoreOptions = {},
): Promise<KeyStore> {
  checkTableName(table);
  const [{ sql }, { createSqlBackend, expiresHour }] = await Promise.all([import('kysely'), import('./sql-backend.ts')]);
  const { db } = sqlite;
  const columns = sql`key text primary key, value text not null, version text not null, expires_at integer not null`;
  await sql`create table if not exists ${sql.table(table)} (${columns}, ${expiresHour}) strict`.execute(db);
  await sql`create index if not exists ${sql.id(`${table}_expiry`)} on ${sql.table(table)} (expires_hour)`.execute(db);
  return createKeyStore(createSqlBackend({ db, table, pruneLock: sql``, encode: (value) => value, decode: String }), options);
}

/** Rejects a table name that would need quoting. */
export function checkTableName(table: string): void {
  if (!/^[a-z_][a-z0-9_]{0,47}$/.test(table)) {
    throw new AppError('INVALID_INPUT', 'A table name has lower-case letters, digits and _, at most 48.');
  }
}
