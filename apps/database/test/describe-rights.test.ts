import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readSample } from '../src/describe/read-sample.ts';
import type { Description } from '../src/describe/to-description.ts';
import { openServerDatabase, type CatalogDatabase, type ServerDatabase } from './catalog-database.ts';

/** Roles belong to a whole server, which tests may share. */
const role = `narrow_${randomBytes(6).toString('hex')}`;

const setup = `
create schema open; create schema closed;
create table open.granted (id int primary key, name text);
create table open.partly (id int, name text, secret text);
create table open.none (id int);
create table open.guarded (id int);
create table closed.hidden (id int);
create view open.over_hidden as select id from closed.hidden;
create view open.broken as select 1 / 0 as never;
create sequence open.counter;
create function open.helper() returns int language sql as 'select 1';
revoke all on function open.helper() from public;
insert into open.granted select n, repeat('x', 500) from generate_series(1, 9) n;
insert into open.partly values (1, 'one', 's3cret');
insert into open.guarded values (1), (2);
alter table open.guarded enable row level security; alter table open.guarded force row level security;
create policy odd_ids on open.guarded for select using (id % 2 = 1);
create role ${role} login password 'narrow';
grant usage on schema open to ${role};
grant select on open.granted, open.guarded, open.over_hidden, open.broken to ${role};
grant select (id, name), update (name) on open.partly to ${role};
`;

let server: ServerDatabase;
let narrow: CatalogDatabase;
beforeAll(async () => {
  server = await openServerDatabase();
  await server.run(setup);
  narrow = server.as(role, 'narrow');
});
afterAll(async () => {
  await narrow.close();
  await server.run(`drop owned by ${role}; drop role ${role}`);
  await server.close();
});

async function look(text: string): Promise<Description> {
  return (await narrow.catalog.describer.describe(text)).description;
}

async function sample({ catalog, source }: CatalogDatabase, text: string, count = 3) {
  const { rows } = await catalog.describer.describe(text);
  return readSample(source, rows, { count, signal: new AbortController().signal, timeoutMs: 10_000 });
}

describe('a role with few rights', () => {
  it('is told what it may do', async () => {
    expect((await look('open.granted')).may).toEqual(['select']);
    expect((await look('open.partly')).may).toEqual(['select (id, name)', 'update (name)']);
    expect((await look('open.none')).may).toEqual([]);
    expect((await look('open.counter')).may).toEqual([]);
    expect((await look('open.helper')).overloads).toMatchObject([{ may: [] }]);
    expect((await look('open.partly')).columns).toEqual([
      { name: 'id', type: 'integer', nullable: true },
      { name: 'name', type: 'text', nullable: true },
      { name: 'secret', type: 'text', nullable: true, denied: true },
    ]);
  });

  it('is told when row security hides rows from it', async () => {
    expect((await look('open.guarded')).rowSecurity).toEqual({ enabled: true, forced: true, applies: true, policies: ['odd_ids: select'] });
    const { description } = await server.catalog.describer.describe('open.guarded');
    expect(description.rowSecurity).toMatchObject({ applies: false });
  });

  it('finds nothing in a schema that it may not use', async () => {
    await expect(look('closed.hidden')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(look('hidden')).rejects.toMatchObject({ code: 'NOT_FOUND', hint: expect.not.stringContaining('closed') });
    const { objects } = await narrow.catalog.schema.search({ detail: 'full', limit: 100 });
    expect(objects.map(({ name }) => name)).not.toContain('closed.hidden');
    expect(await narrow.catalog.names.schemas('')).not.toContain('closed');
    expect(await narrow.catalog.names.tables('hidden')).toEqual(['over_hidden']);
  });

  it('gets samples of what it may read, cut short', async () => {
    expect(await sample(narrow, 'open.granted', 2)).toEqual({
      sample: [1, 2].map((id) => [id, `${'x'.repeat(200)}... (500 characters)`]),
    });
    expect(await sample(narrow, 'open.partly')).toEqual({ sample: [[1, 'one']], sampleColumns: ['id', 'name'] });
    expect(await sample(narrow, 'open.guarded')).toEqual({ sample: [[1]] });
    expect(await sample(narrow, 'open.over_hidden')).toEqual({ sample: [] });
  });

  it('is told why there is no sample', async () => {
    expect(await sample(narrow, 'open.none')).toEqual({ note: 'No sample: the role of this server may not select from it.' });
    expect(await sample(narrow, 'open.helper')).toEqual({ note: 'No sample: it has no rows.' });
    expect(await sample(narrow, 'open.broken')).toEqual({ note: 'No sample: division by zero.' });
  });
});

describe('large objects', () => {
  beforeAll(async () => {
    const columns = Array.from({ length: 1_600 }, (_, index) => `column_number_${String(index)} int`).join(', ');
    await server.run(`create table wide (${columns}); insert into wide default values;
      create table many (id int primary key, ${Array.from({ length: 300 }, (_, n) => `c${String(n)} int references many check (c${String(n)} > 0)`).join(', ')});
      do $$ begin for n in 1..300 loop execute format('create index many_%s on many (c%s)', n, n - 1);
        execute format('comment on column many.c%s is %L', n - 1, repeat('long ', 1000)); end loop; end $$;
      create type letters as enum (${Array.from({ length: 500 }, (_, n) => `'letter number ${String(n)}'`).join(', ')});
      create table lettered (${Array.from({ length: 50 }, (_, n) => `l${String(n)} letters`).join(', ')});
      create view long_view as select ${Array.from({ length: 900 }, (_, n) => `${String(n)} as number_${String(n)}`).join(', ')};`);
  });

  it.each([
    ['wide', ['columns: defaults, ', 'columns: the first ']],
    [
      'many',
      ['columns: defaults, ', 'foreignKeys: the first ', 'referencedBy: the first ', 'indexes: the first ', 'constraints: the first '],
    ],
    ['letters', ['values: the first ']],
    ['lettered', ['columns: defaults, ']],
    ['long_view', ['columns: defaults, ', 'columns: the first ']],
  ])('like %s are cut to 60 KB, and say so', async (name, notes) => {
    const { description } = await server.catalog.describer.describe(name);
    expect(Buffer.byteLength(JSON.stringify(description))).toBeLessThan(60_000);
    expect(description.notes).toEqual(notes.map((note) => expect.stringContaining(note)));
  });

  it('have a sample of their first columns', async () => {
    const { sample: rows, sampleColumns } = await sample(server, 'wide');
    expect(rows?.map((row) => row.length)).toEqual([60]);
    expect(sampleColumns).toHaveLength(60);
  });
});
