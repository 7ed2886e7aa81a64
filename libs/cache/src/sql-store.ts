import { isAppError } from '@trellis-mcp/errors';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { NamedRecord, SwapOptions, TierContext, TierStore } from './cache-tier.ts';

/** What differs between SQLite and Postgres. */
export interface SqlStoreOptions extends TierContext {
  /** The database as it is open now. */
  db: () => Kysely<unknown>;
  table: string;
  /** Most records; those that end first go first. */
  maxEntries: number;
  /** Makes the table when it is missing. */
  createTable: () => Promise<void>;
  /** Appended to a query that picks rows to remove. */
  removeLock: RawBuilder<unknown>;
}

interface Row {
  name: string;
  record: string;
}

const writesPerPrune = 256;
const removeBatch = 512;
const garbageGraceMs = 60_000;
const hourMs = 3_600_000;

/** Expiry is indexed by the hour, see ADR 5. */
export const expiresHour = sql`expires_hour int generated always as (expires_at / 3600000) stored`;

/** Makes a tier of one table. Every step is one statement; every 256th write prunes, and a full database makes room once. */
export function createSqlStore({ createTable, namespace, ...options }: SqlStoreOptions): TierStore {
  const rows = createRows(options);
  const place = (name: string): string => `${namespace}:${name}`;
  let writes = 0;
  let made: Promise<void> | undefined;
  const ready = (): Promise<void> =>
    (made ??= createTable().catch((error: unknown) => {
      made = undefined;
      throw error;
    }));
  const write = async <T>(step: () => Promise<T>): Promise<T> => {
    await ready();
    writes += 1;
    if (writes % writesPerPrune === 0) await rows.prune();
    try {
      return await step();
    } catch (error) {
      if (!isAppError(error) || error.code !== 'LIMIT') throw error;
      await rows.makeRoom();
      return step();
    }
  };
  return {
    async read(names) {
      await ready();
      const found = await rows.read(names.map(place));
      return names.map((name) => found.get(place(name)));
    },
    swap: (name, record, swapOptions) =>
      write(async () => {
        // The log of invalidations is not kept here.
        if (swapOptions.position !== undefined) return false;
        if (!(await rows.swap(place(name), record, swapOptions))) return false;
        if (swapOptions.keepAlive.length > 0) await rows.keepAlive(swapOptions.keepAlive.map(place), swapOptions.keepMs);
        return true;
      }),
    // Sorted, so that two processes wait for each other in one order.
    put: (records, keepMs) =>
      write(() => rows.put([...new Map(records)].map(([name, record]) => [place(name), record] as const).sort(byName), keepMs)),
    clear: () => write(() => rows.clear(place(''))),
  };
}

function byName([a]: NamedRecord, [b]: NamedRecord): number {
  return a < b ? -1 : 1;
}

type RowsOptions = Omit<SqlStoreOptions, 'createTable' | 'namespace'>;

/** The statements. */
function createRows({ db, table: tableName, maxEntries, removeLock, now }: RowsOptions) {
  const table = sql.table(tableName);
  const change = async (query: RawBuilder<unknown>): Promise<number> => Number((await query.execute(db())).numAffectedRows ?? 0);
  const insert = (records: readonly NamedRecord[], keepMs: number): RawBuilder<unknown> => {
    const endsAt = Math.ceil(now() + keepMs);
    const values = sql.join(records.map(([name, record]) => sql`(${name}, ${record}, ${endsAt})`));
    return sql`insert into ${table} (name, record, expires_at) values ${values} on conflict (name) do`;
  };
  const removeFirst = (count: RawBuilder<unknown>): Promise<number> => {
    // Markers stay: without them something outdated could be written.
    const names = sql`select name from ${table} where substr(record, 2, 1) <> 'm' order by expires_hour limit ${count} ${removeLock}`;
    return change(sql`delete from ${table} where name in (${names})`);
  };
  return {
    async read(names: readonly string[]) {
      const { rows } = await sql<Row>`select name, record from ${table} where name in (${sql.join(names)})`.execute(db());
      return new Map(rows.map(({ name, record }) => [name, record]));
    },
    async swap(name: string, record: string, { expectedId, keepMs }: SwapOptions) {
      if (expectedId === '') return (await change(sql`${insert([[name, record]], keepMs)} nothing`)) === 1;
      const same = sql`name = ${name} and substr(record, 3, 16) = ${expectedId}`;
      return (await change(sql`update ${table} set record = ${record}, expires_at = ${Math.ceil(now() + keepMs)} where ${same}`)) === 1;
    },
    async put(records: readonly NamedRecord[], keepMs: number) {
      await change(sql`${insert(records, keepMs)} update set record = excluded.record, expires_at = excluded.expires_at`);
    },
    async keepAlive(names: readonly string[], keepMs: number) {
      const endsAt = Math.ceil(now() + keepMs);
      await change(sql`update ${table} set expires_at = ${endsAt} where name in (${sql.join(names)}) and expires_at < ${endsAt}`);
    },
    async clear(prefix: string) {
      await change(sql`delete from ${table} where name >= ${prefix} and name < ${`${prefix}\u{10ffff}`}`);
    },
    async prune() {
      const at = now() - garbageGraceMs;
      const expired = sql`select name from ${table} where expires_hour <= ${Math.floor(at / hourMs)} and expires_at <= ${at} limit ${removeBatch} ${removeLock}`;
      await change(sql`delete from ${table} where name in (${expired})`);
      const { rows } = await sql<{ count: number | string }>`select count(*) as count from ${table}`.execute(db());
      const tooMany = Number(rows[0]?.count ?? 0) - maxEntries;
      if (tooMany > 0) await removeFirst(sql`${tooMany}`);
    },
    makeRoom: () => removeFirst(sql`${removeBatch}`),
  };
}
