import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sharedPostgres, type SharedInstance } from '@trellis-mcp/test-services';
import { openPostgresSource } from '../src/postgres/open-postgres-source.ts';
import type { Source } from '../src/sources/source.ts';
import { readTableAllowList } from '../src/sql/table-allow-list.ts';
import { attempt } from './attacks-target.ts';
import { runSql } from './open-catalog.ts';

let database: SharedInstance;
let source: Source;
beforeAll(async () => {
  database = await sharedPostgres();
  await runSql(
    database.url,
    `create schema sales; create table sales.orders as select 1 as id; create table public.orders as select 2 as id;
    create table sales.secrets as select 1 as id; create table public.open as select 1 as id; create table "a.b" as select 1 as id;
    create view public.shown as select * from sales.secrets;
    do $$ begin execute format('alter database %I set search_path = sales, public', current_database()); end $$`,
  );
  const allowTables = readTableAllowList(['sales.orders', 'open', 'shown', 'a.b']);
  source = openPostgresSource({ name: 'listed', url: database.url, allowTables });
});
afterAll(async () => {
  await source.close();
  await database.stop();
});

it.each([
  ['what the search path finds first, and is listed', 'table orders', 'rows'],
  ['a listed table of public', 'select * from open', 'rows'],
  ['a table of another schema of the same name', 'table public.orders', 'relation'],
  ['what the search path finds first, and is not listed', 'table secrets', 'relation'],
  ['a view, which sees more', 'table shown', 'rows'],
  ['a table whose name looks like a schema and a table', 'table "a.b"', 'relation'],
  ['a WITH query of the name', 'with secrets as (select 1) table secrets', 'rows'],
  ['the table below a WITH query of the name', 'with secrets as (table secrets) table secrets', 'relation'],
  ['a catalogue', 'select * from pg_stats', 'relation'],
  ['a table that is not there', 'table nothing', 'relation'],
  ['its own database', `select * from nowhere.sales.secrets`, 'relation'],
  ['a temporary schema', 'select * from pg_temp.secrets', 'relation'],
  ['a listed table in another database', 'select * from nowhere.sales.orders', 'INVALID_INPUT'],
])('%s: %s', async (_what, sql, outcome) => {
  expect(await attempt(source, sql)).toBe(outcome);
});
