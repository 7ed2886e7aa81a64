import { describe, expect, it } from '@jest/globals';
import type { Description } from '../src/describe/to-description.ts';
import { engines, shareDatabases, type Engine } from './catalog-database.ts';
import { fixtureSql, oddSql } from './catalog-fixture.ts';

const share = shareDatabases(`${fixtureSql};;\n${oddSql}`);

async function find(engine: Engine, text: string): Promise<Description> {
  return (await (await share(engine)).catalog.describer.describe(text)).description;
}

async function fail(engine: Engine, text: string): Promise<unknown> {
  return find(engine, text).catch((error: unknown) => error);
}

describe.each(engines)('a table on %s', (engine) => {
  it('has columns with types, defaults, keys and comments', async () => {
    const { columns, primaryKey, comment, constraints, triggers } = await find(engine, 'sales.accounts');
    const mood = ['glad', 'sad', "it's"];
    expect(columns).toEqual([
      { name: 'id', type: 'bigint', identity: 'by default' },
      { name: '"Full Name"', type: 'text' },
      { name: 'first_mood', type: 'sales.mood', default: "'glad'::sales.mood", values: mood },
      { name: 'moods', type: 'sales.mood[]', nullable: true, values: mood },
      { name: 'mood_now', type: 'sales.moody', nullable: true, values: mood },
      { name: 'age', type: 'sales.positive', nullable: true },
      { name: 'initial', type: 'text', nullable: true, generated: '"left"("Full Name", 1) stored' },
      { name: 'parent_id', type: 'bigint', nullable: true, comment: 'Who brought them.' },
    ]);
    expect({ primaryKey, comment, constraints, triggers }).toEqual({
      primaryKey: ['id'],
      comment: 'Line one.\nLine two.',
      constraints: ['UNIQUE ("Full Name", age)'],
      triggers: ['touched'],
    });
  });

  it('has foreign keys both ways, each once', async () => {
    const { foreignKeys, referencedBy } = await find(engine, 'sales.accounts');
    expect(foreignKeys).toEqual([{ columns: ['parent_id'], table: 'sales.accounts', to: ['id'], onDelete: 'set null' }]);
    expect(referencedBy).toEqual([
      { table: 'sales.accounts', columns: ['parent_id'], to: ['id'], onDelete: 'set null' },
      { table: 'sales.visits', columns: ['account_id'], to: ['id'], onDelete: 'cascade' },
    ]);
    const notes = await find(engine, 'sales.visit_notes');
    expect(notes.foreignKeys).toEqual([{ columns: ['visit_id', 'visit_on'], table: 'sales.visits', to: ['id', 'seen_on'] }]);
    expect((await find(engine, 'sales.visits')).referencedBy).toEqual([
      { table: 'sales.visit_notes', columns: ['visit_id', 'visit_on'], to: ['id', 'seen_on'] },
    ]);
  });
});

describe.each(engines)('what else is known of a table on %s', (engine) => {
  it('has indexes, checks and exclusions', async () => {
    const { indexes = [], constraints } = await find(engine, 'sales.visit_notes');
    expect(indexes.map(({ name, unique }) => [name, unique])).toEqual([
      ['visit_notes_pkey', true],
      ['visit_notes_int4range_excl', undefined],
      ['visit_notes_partial', undefined],
    ]);
    expect(indexes[2]).toMatchObject({
      definition: 'CREATE INDEX visit_notes_partial ON sales.visit_notes USING btree (visit_on DESC) WHERE (note IS NOT NULL)',
      bytes: 8192,
      scans: 0,
    });
    expect(constraints).toEqual(["CHECK ((note <> ''::text))", 'EXCLUDE USING gist (int4range(id, (id + 1)) WITH &&)']);
  });
  it('has its row security, rights, rows and size', async () => {
    const accounts = await find(engine, 'sales.accounts');
    expect(accounts.rowSecurity).toMatchObject({ enabled: true, policies: ['readers: select', 'writers: restrictive update'] });
    expect(accounts.may).toContain('select');
    expect(accounts.bytes).toBeGreaterThan(8_000);
    expect(accounts).not.toHaveProperty('rows');
    expect(await find(engine, 'sales.visits')).toMatchObject({ kind: 'partitioned_table', rows: 60 });
  });

  it('has its place among partitions', async () => {
    expect((await find(engine, 'sales.visits')).partitions).toEqual({
      by: 'RANGE (seen_on)',
      count: 2,
      tables: ['sales.visits_new', 'sales.visits_old'],
    });
    expect(await find(engine, 'sales.visits_old')).toMatchObject({
      kind: 'partition',
      partitions: { of: ['sales.visits'], bound: "FOR VALUES FROM (MINVALUE) TO ('2026-01-01')" },
      foreignKeys: [{ table: 'sales.accounts' }],
    });
  });
});

describe.each(engines)('what is no table on %s', (engine) => {
  it.each<[string, object]>([
    ['sales.adults', { kind: 'view', definition: expect.stringContaining('age)::integer >= 18') }],
    ['sales.moods', { kind: 'materialized_view', definition: expect.stringContaining('GROUP BY') }],
    ['sales.mood', { kind: 'enum', values: ['glad', 'sad', "it's"] }],
    ['sales.positive', { kind: 'domain', definition: 'integer not null default 1', constraints: ['CHECK ((VALUE > 0))'] }],
    [
      'sales.tickets',
      { kind: 'sequence', sequence: { type: 'bigint', start: '10', increment: '5', min: '1', max: '9223372036854775807' } },
    ],
    ['sales.accounts_id_seq', { kind: 'sequence', of: 'sales.accounts.id' }],
    ['sales.point3', { kind: 'composite_type', columns: ['x', 'y', 'z'].map((name) => ({ name, type: 'real', nullable: true })) }],
    ['sales.accounts_pkey', { kind: 'index', of: 'sales.accounts' }],
    ['pg_class', { name: 'pg_catalog.pg_class', kind: 'table' }],
    ['information_schema.tables', { kind: 'view' }],
  ])('describes %s', async (name, expected) => {
    expect(await find(engine, name)).toMatchObject(expected);
  });

  it('describes all functions of a name', async () => {
    const { overloads } = await find(engine, 'sales.half');
    expect(overloads).toMatchObject([
      { arguments: 'n integer', returns: 'integer', volatility: 'immutable', language: 'sql', may: ['execute'] },
      { arguments: 'n numeric', returns: 'numeric' },
    ]);
    expect((await find(engine, 'sales.total')).overloads).toMatchObject([{ type: 'aggregate' }]);
    expect(await find(engine, 'sales.half(integer)')).toEqual(await find(engine, 'sales.half'));
  });
});

describe.each(engines)('names on %s', (engine) => {
  it.each([
    ['SALES.Accounts', 'sales.accounts'],
    [' sales . accounts ', 'sales.accounts'],
    ['"sales"."accounts"', 'sales.accounts'],
    ['accounts', 'sales.accounts'],
    ['LONELY', 'other.lonely'],
    ['odd.Upper', 'odd."Upper"'],
    ['Upper', 'odd."Upper"'],
    ['a.b', 'odd."a.b"'],
    ['odd."a.b"', 'odd."a.b"'],
    ['x'.repeat(70), `odd.${'x'.repeat(63)}`],
  ])('%s is %s', async (text, name) => {
    expect(await find(engine, text)).toMatchObject({ name });
  });

  it('in several schemas must say which', async () => {
    expect(await fail(engine, 'twin')).toMatchObject({ code: 'INVALID_INPUT', hint: 'Name one of: other.twin, sales.twin.' });
    await (await share(engine)).run('create table public.twin (id int)');
    const found = await (await share(engine)).only().describer.describe('twin');
    await (await share(engine)).run('drop table public.twin');
    expect(found.description).toMatchObject({ name: 'twin', notes: ['Others of this name: other.twin, sales.twin.'] });
  });

  it.each([
    ['acounts', 'sales.accounts'],
    ['sales.vists', 'sales.visits'],
    ['account', 'sales.accounts'],
    ['"LONELY"', 'other.lonely'],
    ['tbl_visit_notes', 'sales.visit_notes'],
  ])('%s is not there, but %s is', async (text, near) => {
    expect(await fail(engine, text)).toMatchObject({
      code: 'NOT_FOUND',
      hint: expect.stringMatching(`Did you mean .*${near.replace('.', '\\.')}.*search_schema`),
    });
  });

  it.each(['nothing_like_this', 'a.b.c.d', '"', '""', '.', ',', "';--", 'y'.repeat(300), '\u0001', '%', '_'])(
    '%j is not there',
    async (text) => {
      expect(await fail(engine, text)).toMatchObject({ code: 'NOT_FOUND' });
    },
  );
});
