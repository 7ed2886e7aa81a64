import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sharedPostgres, type SharedInstance } from '@trellis-mcp/test-services';
import { Client } from 'pg';
import { openPostgresSource } from '../src/postgres/open-postgres-source.ts';
import { readSource, type SourceReader } from './read-source.ts';

const clock = { ms: 0 };
let server: SharedInstance;
let owner: Client;
let reader: SourceReader;

beforeAll(async () => {
  server = await sharedPostgres();
  owner = new Client({ connectionString: server.url });
  await owner.connect();
  reader = readSource(openPostgresSource({ name: 'one', url: server.url, now: () => clock.ms }));
});
afterAll(async () => {
  await reader.close();
  await owner.end();
  await server.stop();
});

const create = (name: string, body = '1'): string =>
  `create or replace function ${name}() returns int language sql volatile as 'select ${body}'`;

it('refuses a VOLATILE function that was made after the functions were read', async () => {
  expect(await reader.source.gate.check('select now()')).toMatchObject({ ok: true });
  await owner.query(create('made_later'));
  clock.ms += 10_000;
  expect(await reader.source.gate.check('select made_later()')).toMatchObject({ ok: false, reason: 'function' });
});

it('refuses it also when the same statement was judged before it was made', async () => {
  clock.ms += 10_000;
  expect(await reader.source.gate.check('select made_after_that()')).toMatchObject({ ok: true });
  await owner.query(create('made_after_that'));
  clock.ms += 10_000;
  expect(await reader.source.gate.check('select made_after_that()')).toMatchObject({ ok: false, reason: 'function' });
});

it('refuses a function that was made VOLATILE, once the functions grew old', async () => {
  await owner.query(create('turned').replace('volatile', 'stable'));
  clock.ms += 10_000;
  expect(await reader.source.gate.check('select turned()')).toMatchObject({ ok: true });
  await owner.query(create('turned'));
  clock.ms += 600_000;
  expect(await reader.source.gate.check('select turned()')).toMatchObject({ ok: false, reason: 'function' });
});

it('names and reads a type that was made after the types were read', async () => {
  await reader.source.loadTypes();
  await owner.query(`create type mood as enum ('sad', 'happy')`);
  clock.ms += 10_000;
  expect(await reader.rows(`select array['sad', null]::mood[]`)).toEqual([[['sad', null]]]);
});

it('a function made since is looked up before it passes', async () => {
  clock.ms += 11_000;
  expect((await reader.source.gate.check('select newcomer()')).ok).toBe(true);
  await owner.query(`create function newcomer() returns integer language sql volatile as 'select 1'`);
  clock.ms += 11_000;
  expect(await reader.source.gate.check('select newcomer()')).toMatchObject({ ok: false, reason: 'function' });
});

it('a function changed since is judged anew when the facts are', async () => {
  await owner.query(`create or replace function newcomer() returns integer language sql stable as 'select 1'`);
  clock.ms += 11_000;
  await reader.source.gate.check('select another_one()');
  expect((await reader.source.gate.check('select newcomer()')).ok).toBe(true);
});

it('a view made since is followed at once', async () => {
  expect((await reader.source.gate.check('table newcomers')).ok).toBe(true);
  await owner.query('create view newcomers as select pg_sleep(60)::text as slept');
  expect(await reader.source.gate.check('table newcomers')).toMatchObject({ ok: false, reason: 'function' });
});

it('types have their names also where the database has every name quoted', async () => {
  const name = new URL(server.url).pathname.slice(1);
  await owner.query(`alter database "${name}" set quote_all_identifiers = on`);
  const quoting = readSource(openPostgresSource({ name: 'one', url: server.url }));
  try {
    expect((await quoting.source.loadTypes()).get(25)?.name).toBe('text');
  } finally {
    await quoting.close();
    await owner.query(`alter database "${name}" reset quote_all_identifiers`);
  }
});
