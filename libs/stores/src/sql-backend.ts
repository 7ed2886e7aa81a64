import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely';
import type { NewRecord, RecordBackend, StoredRecord } from './record-backend.ts';

/** What differs between the databases. */
export interface SqlBackendOptions {
  db: Kysely<unknown>;
  /** Has the columns key, value, version, expires_at and {@link expiresHour}; key is unique and ordered by bytes. */
  table: string;
  /** Appended to the query that picks expired rows. */
  pruneLock: RawBuilder<unknown>;
  /** Makes the value column's content. */
  encode: (value: string) => unknown;
  decode: (column: unknown) => string;
}

interface Row {
  value: unknown;
  version: string;
  expires_at: number | string;
}

const pruneBatch = 512;
const hourMs = 3_600_000;

/**
 * The column that finds expired rows is indexed by the hour: an index on the exact time would change with every update, and then
 * Postgres cannot reuse the place of the old row, so that a key updated often grows slower and slower until the next vacuum.
 */
export const expiresHour = sql`expires_hour int generated always as (expires_at / 3600000) stored`;

/** Builds the primitives of a key store on one table; every one is a single statement, so no lock is held while this process thinks. */
export function createSqlBackend({ db, table: name, pruneLock, encode, decode }: SqlBackendOptions): RecordBackend {
  const table = sql.table(name);
  const changed = async (query: RawBuilder<unknown>): Promise<number> => Number((await query.execute(db)).numAffectedRows ?? 0);
  const values = (key: string, { value, version, expiresAt }: NewRecord): RawBuilder<unknown> =>
    sql`${key}, ${encode(value)}, ${version}, ${expiresAt}`;
  const insert = (key: string, record: NewRecord): RawBuilder<unknown> =>
    sql`insert into ${table} (key, value, version, expires_at) values (${values(key, record)}) on conflict (key) do`;
  return {
    async read(key) {
      const { rows } = await sql<Row>`select value, version, expires_at from ${table} where key = ${key}`.execute(db);
      return rows[0] && toRecord(rows[0], decode);
    },
    async write(key, record) {
      const update = sql`update set value = excluded.value, version = excluded.version, expires_at = excluded.expires_at`;
      await changed(sql`${insert(key, record)} ${update}`);
    },
    async swap(key, expected, next) {
      if (expected === undefined) return next === undefined || (await changed(sql`${insert(key, next)} nothing`)) === 1;
      const same: RawBuilder<SqlBool> = sql`where key = ${key} and version = ${expected}`;
      if (next === undefined) return (await changed(sql`delete from ${table} ${same}`)) === 1;
      const { value, version, expiresAt } = next;
      const assignments = sql`value = ${encode(value)}, version = ${version}, expires_at = ${expiresAt}`;
      return (await changed(sql`update ${table} set ${assignments} ${same}`)) === 1;
    },
    async remove(key) {
      const { rows } = await sql<Row>`delete from ${table} where key = ${key} returning expires_at`.execute(db);
      return rows[0] && Number(rows[0].expires_at);
    },
    async list(prefix, { limit, after, now }) {
      // Keys that share a prefix lie together in byte order: start there and stop at the first other one. No pattern, no wildcard.
      const from = after === undefined ? sql`key >= ${prefix}` : sql`key > ${after} and key >= ${prefix}`;
      const page = sql<{ key: string }>`select key from ${table} where ${from} and expires_at > ${now} order by key limit ${limit + 1}`;
      const { rows } = await page.execute(db);
      const end = rows.findIndex(({ key }) => !key.startsWith(prefix));
      const keys = (end === -1 ? rows : rows.slice(0, end)).map(({ key }) => key);
      const last = keys[limit - 1];
      return keys.length > limit && last !== undefined ? { keys: keys.slice(0, limit), next: last } : { keys };
    },
    prune: (expiredAt) => {
      const expired = sql`select key from ${table} where expires_hour <= ${Math.floor(expiredAt / hourMs)} and expires_at <= ${expiredAt} limit ${pruneBatch} ${pruneLock}`;
      return changed(sql`delete from ${table} where key in (${expired})`);
    },
  };
}

function toRecord({ value, version, expires_at: expiresAt }: Row, decode: (column: unknown) => string): StoredRecord {
  return { value: decode(value), version, expiresAt: Number(expiresAt) };
}
