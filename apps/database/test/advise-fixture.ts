import { isMissingCapability, requireCapability, startPostgres, type TestInstance } from '@trellis-mcp/test-services';
import { Client } from 'pg';
import { adviseIndexes, type AdviceReport } from '../src/advice/advise-indexes.ts';
import { planParser } from '../src/plans/plan-parser.ts';
import { openPostgresSource } from '../src/postgres/open-postgres-source.ts';
import type { Source } from '../src/sources/source.ts';
import { readTableAllowList } from '../src/sql/table-allow-list.ts';

/** A PostgreSQL with tables of known missing indexes, and a role that may read them. */
export interface AdviseDatabase {
  readonly instance: TestInstance;
  /** Of the reading role. */
  readonly url: string;
  readonly source: Source;
  /** Runs SQL as the administrator. */
  run(sql: string): Promise<readonly unknown[][]>;
  advise(queries: readonly string[], options?: { tables?: readonly string[]; signal?: AbortSignal }): Promise<AdviceReport>;
  close(): Promise<void>;
}

/** `parcels` lacks all indexes but its key; `covered` has those that its statements need. */
const tables = `
  create table people (id int primary key, email text not null, region text not null);
  insert into people select i, 'u' || i || '@example.com', 'r' || i % 20 from generate_series(1, 5000) i;
  create table parcels (id bigint primary key, person_id int not null references people, state text not null, sent_at timestamptz not null,
    note text not null, label varchar(40) not null, body jsonb not null, tags text[] not null, deleted_at timestamptz, is_lost boolean not null);
  insert into parcels select i, 1 + (i * 7919) % 5000, case when i % 500 = 0 then 'failed' else 'ok' end,
    timestamptz '2026-01-01' + i * interval '1 minute', 'Note ' || i, 'L' || i, jsonb_build_object('k', i % 2000, 'name', 'n' || i),
    array['t' || i % 3000], case when i % 100 <> 0 then timestamptz '2026-01-01' end, i % 1000 = 0 from generate_series(1, 200000) i;
  create table covered (id int primary key, person_id int, state text, sent_at timestamptz);
  insert into covered select id, person_id, state, sent_at from parcels where id <= 20000;
  create index covered_person_idx on covered (person_id, sent_at);
  create table small (id int primary key, name text);
  insert into small select i, 'n' || i from generate_series(1, 50) i;
  create table coded (id int primary key, code char(10) not null, nick name not null, local char(10) collate "und-x-icu" not null, note text not null);
  insert into coded select i, 'c' || i, 'n' || i, 'c' || i, 'Note ' || i from generate_series(1, 50000) i;
  create schema "Odd ""Schema";
  create table "Odd ""Schema"."select" ("order" int, "b c" int, filler text);
  insert into "Odd ""Schema"."select" select i, i % 900, repeat('x', 40) from generate_series(1, 20000) i;
  create table measured (at date not null, sensor int not null, value float8) partition by range (at);
  create table measured_1 partition of measured for values from ('2026-01-01') to ('2026-02-01');
  create table measured_2 partition of measured for values from ('2026-02-01') to ('2026-03-01');
  insert into measured select date '2026-01-01' + i % 59, i % 2000, i from generate_series(1, 40000) i;`;

const role = `
  create role reader login password 'reader';
  grant usage on schema "Odd ""Schema" to reader;
  grant select on all tables in schema public, "Odd ""Schema" to reader;
  grant pg_read_all_stats to reader;`;

/** Starts the database; pg_stat_statements is loaded, but no extension is created. */
export async function openAdviseDatabase(): Promise<AdviseDatabase> {
  const instance = await startPostgres({ settings: { shared_preload_libraries: 'pg_stat_statements' } });
  const run = async (sql: string): Promise<readonly unknown[][]> => runAs(instance.url, sql);
  await run([tables, role].join('\n'));
  await run('vacuum analyze');
  const url = new URL(instance.url);
  [url.username, url.password] = ['reader', 'reader'];
  const source = openPostgresSource({ name: 'advice', url: url.href });
  return {
    instance,
    url: url.href,
    source,
    run,
    async advise(queries, { tables: allowed = [], signal = new AbortController().signal } = {}) {
      const options = { signal, timeoutMs: 10_000 };
      const progress = (): void => undefined;
      return adviseIndexes(queries, { source, parser: planParser, tables: readTableAllowList(allowed), options, progress });
    },
    async close() {
      await source.close();
      await instance.stop();
    },
  };
}

/** Creates the extension hypopg. @returns False where the PostgreSQL of this machine has none. */
export async function createHypopg({ run }: AdviseDatabase): Promise<boolean> {
  try {
    const probe = async () => (await run(`select name from pg_available_extensions where name = 'hypopg'`))[0]?.[0];
    await requireCapability('hypopg', probe, 'Install postgresql-<major>-hypopg.');
  } catch (error) {
    if (isMissingCapability(error)) {
      return false;
    }
    throw error;
  }
  await run('create extension hypopg');
  return true;
}

async function runAs(url: string, sql: string): Promise<readonly unknown[][]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    // Of several statements there are several results, which are not looked at.
    const result: { rows?: unknown[][] } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return result.rows ?? [];
  } finally {
    await client.end();
  }
}
