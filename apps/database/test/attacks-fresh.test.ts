import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sharedPostgres, type SharedInstance } from '@trellis-mcp/test-services';
import { openPostgresSource } from '../src/postgres/open-postgres-source.ts';
import type { Source } from '../src/sources/source.ts';
import { runSql } from './open-catalog.ts';

let database: SharedInstance;
let source: Source;
let now = 0;
beforeAll(async () => {
  database = await sharedPostgres();
  source = openPostgresSource({ name: 'fresh', url: database.url, now: () => now });
  expect((await source.gate.check('select lower($1)')).ok).toBe(true);
});
afterAll(async () => {
  await source.close();
  await database.stop();
});

it('a function made since is looked up before it passes', async () => {
  expect((await source.gate.check('select newcomer()')).ok).toBe(true);
  await runSql(database.url, `create function newcomer() returns integer language sql volatile as 'select 1'`);
  now += 11_000;
  expect(await source.gate.check('select newcomer()')).toMatchObject({ ok: false, reason: 'function' });
});

it('a function changed since is judged anew when the facts are', async () => {
  await runSql(database.url, `create or replace function newcomer() returns integer language sql stable as 'select 1'`);
  now += 11_000;
  await source.gate.check('select another_one()');
  expect((await source.gate.check('select newcomer()')).ok).toBe(true);
});

it('a view made since is followed at once', async () => {
  expect((await source.gate.check('table newcomers')).ok).toBe(true);
  await runSql(database.url, 'create view newcomers as select pg_sleep(60)::text as slept');
  expect(await source.gate.check('table newcomers')).toMatchObject({ ok: false, reason: 'function' });
});
