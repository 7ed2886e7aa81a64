import { describe, expect, it } from '@jest/globals';
import type { Catalog } from '../src/catalog/open-catalog.ts';
import { objectKinds } from '../src/catalog/object-kinds.ts';
import type { SearchRequest } from '../src/catalog/schema-search.ts';
import { readSample } from '../src/describe/read-sample.ts';
import { renderDescription } from '../src/describe/render-description.ts';
import type { Description } from '../src/describe/to-description.ts';
import { engines, shareDatabases, type Engine } from './catalog-database.ts';
import { fixtureSql, oddNames, oddSql, quote } from './catalog-fixture.ts';

const share = shareDatabases(`${fixtureSql};;\n${oddSql}`);

async function search({ schema }: Catalog, request: Partial<SearchRequest> = {}) {
  const { objects } = await schema.search({ detail: 'names', limit: 500, ...request });
  return objects;
}

async function names(catalog: Catalog, request: Partial<SearchRequest> = {}): Promise<string[]> {
  return (await search(catalog, request)).map(({ name }) => name);
}

const hidden = [
  'sales.accounts',
  'sales.visit_notes',
  'sales.adults',
  'sales.half',
  'sales.twin',
  'other.lonely',
  'public.lonely_too',
  'pg_class',
];

describe.each(engines)('search on %s', (engine) => {
  it('writes names as SQL takes them', async () => {
    const found = await names((await share(engine)).catalog, { pattern: 'odd.*' });
    const expected = oddNames.map((name) => (/^[a-z_][a-z0-9_]*$/.test(name) && name !== 'select' ? `odd.${name}` : `odd.${quote(name)}`));
    expect(new Set(found)).toEqual(new Set(expected));
  });

  it.each([
    ['per%cent', 'odd."per%cent"'],
    ['under_s', 'odd.under_score'],
    ['k\\s', 'odd."back\\slash"'],
    ['w\nl', 'odd."new\nline"'],
    ['QUO"', 'odd."quo""te"'],
    ['🦄', 'odd."🦄"'],
    ['格', 'odd."表格"'],
  ])('finds %j only where it is', async (pattern, name) => {
    expect(await names((await share(engine)).catalog, { pattern })).toEqual([name]);
  });

  it('pages over odd names, each once', async () => {
    const seen: string[] = [];
    let after: SearchRequest['after'];
    do {
      const page = await (await share(engine)).catalog.schema.search({ pattern: 'odd.*', detail: 'names', limit: 7, after });
      seen.push(...page.objects.map(({ name }) => name));
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual(await names((await share(engine)).catalog, { pattern: 'odd.*' }));
  });

  it('tells each declared key and constraint once', async () => {
    const [visits] = await search((await share(engine)).catalog, { pattern: 'sales.visits', kinds: ['partitioned_table'], detail: 'full' });
    expect(visits).toMatchObject({
      rows: 60,
      columns: ['id bigint pk', 'seen_on date pk', 'account_id bigint -> sales.accounts.id', 'during int4range'],
      constraints: ['FOREIGN KEY (account_id) REFERENCES sales.accounts(id) ON DELETE CASCADE'],
    });
    const [part] = await search((await share(engine)).catalog, { pattern: 'sales.visits_old', kinds: ['partition'], detail: 'summary' });
    expect(part?.columns).toContain('account_id bigint -> sales.accounts.id');
  });

  it('answers for every kind and detail', async () => {
    for (const detail of ['names', 'summary', 'full'] as const) {
      expect(
        new Set((await search((await share(engine)).catalog, { pattern: 'sales.*', kinds: objectKinds, detail })).map(({ kind }) => kind)),
      ).toEqual(new Set(objectKinds.filter((kind) => kind !== 'foreign_table')));
    }
  });
});

describe.each(engines)('an allow list on %s', (engine) => {
  it('leaves what is on it, the enums it uses, and no function', async () => {
    const only = (await share(engine)).only('sales.visits', 'sales.moods', 'lonely_too', 'odd.under_score');
    expect(await names(only)).toEqual(['odd.under_score', 'lonely_too', 'sales.mood', 'sales.moods', 'sales.visits']);
    expect(await names(only, { kinds: ['index'] })).toEqual(['sales.visits_pkey']);
    expect(await names(only, { pattern: 'accounts' })).toEqual([]);
    expect(await names(only, { pattern: 'Full Name' })).toEqual([]);
  });

  it('takes whole schemas, and never a name with a dot', async () => {
    const only = (await share(engine)).only('odd.*');
    expect(await names(only)).toHaveLength(oddNames.filter((name) => !name.includes('.')).length);
    expect(await only.names.schemas('')).toEqual(['odd']);
    await expect(only.describer.describe('odd."a.b"')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('fills pages after it has filtered', async () => {
    const only = (await share(engine)).only('sales.visits', 'sales.visit_notes');
    const page = await only.schema.search({ detail: 'names', limit: 1 });
    expect(page.objects.map(({ name }) => name)).toEqual(['sales.visit_notes']);
    const next = await only.schema.search({ detail: 'names', limit: 1, after: page.next });
    expect(next).toEqual({ objects: [{ name: 'sales.visits', kind: 'partitioned_table' }] });
  });
});

describe.each(engines)('what is not on an allow list on %s', (engine) => {
  it.each(hidden)('hides %s as if it were not there', async (name) => {
    const only = (await share(engine)).only('sales.visits', 'sales.moods');
    const error: unknown = await only.describer.describe(name).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'NOT_FOUND', message: `There is no ${JSON.stringify(name)} here, or it may not be seen.` });
    expect((error as { hint: string }).hint).not.toMatch(/accounts|notes|adults|half|twin|lonely/);
  });

  it('hides what a description would tell of other tables', async () => {
    const only = (await share(engine)).only('sales.visits', 'sales.moods');
    const { description } = await only.describer.describe('sales.visits');
    expect(description).not.toHaveProperty('foreignKeys');
    expect(description).not.toHaveProperty('referencedBy');
    expect(description.partitions).toEqual({ by: 'RANGE (seen_on)', count: 2 });
    expect((await only.describer.describe('sales.moods')).description).not.toHaveProperty('definition');
    const all = JSON.stringify(await search(only, { kinds: objectKinds, detail: 'full' }));
    expect(all).not.toMatch(/accounts|notes|adults|visits_(old|new)/);
    const both = (await share(engine)).only('sales.moods', 'sales.accounts');
    expect((await both.describer.describe('sales.moods')).description.definition).toContain('accounts');
    expect((await both.describer.describe('sales.mood')).description.kind).toBe('enum');
    await expect(both.describer.describe('sales.half')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('suggests only what is on it', async () => {
    const only = (await share(engine)).only('sales.visits');
    await expect(only.describer.describe('sales.vist')).rejects.toMatchObject({
      hint: expect.stringContaining('Did you mean sales.visits?'),
    });
    expect(await only.names.tables('')).toEqual(['visits']);
    expect((await only.names.list()).map(({ written }) => written)).toEqual(['sales.visits']);
  });
});

describe.each(engines)('completion on %s', (engine) => {
  it('puts what starts with the text before what holds it, partitions last', async () => {
    const { names: complete } = (await share(engine)).catalog;
    expect(await complete.tables('VISIT', 'sales')).toEqual(['visit_notes', 'visits', 'visits_new', 'visits_old']);
    expect(await complete.tables('oo', 'sales')).toEqual(['moods']);
    expect(await complete.tables('o', 'sales')).toEqual(['accounts', 'moods', 'visit_notes', 'visits_old']);
    expect(await complete.tables('twin')).toEqual(['twin']);
    expect(await complete.schemas('s')).toEqual(['sales']);
    expect(await complete.schemas('L')).toContain('public');
    expect(await complete.tables('x', 'nowhere')).toEqual([]);
  });

  it.each(oddNames)('completes %j', async (name) => {
    expect(await (await share(engine)).catalog.names.tables(name, 'odd')).toContain(name);
  });
});

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

  it.each(['nothing_like_this', 'a.b.c.d', '"', '""', '.', ',', "';--", 'y'.repeat(300), '\u0001', '\0', 'a\0b', '%', '_'])(
    '%j is not there',
    async (text) => {
      expect(await fail(engine, text)).toMatchObject({ code: 'NOT_FOUND' });
    },
  );
});

describe.each(engines)('a table of any name on %s', (engine) => {
  it.each(oddNames)('%j is described and sampled', async (name) => {
    const database = await share(engine);
    const { description, rows } = await database.catalog.describer.describe(`odd.${quote(name)}`);
    expect(description.columns).toHaveLength(1);
    expect((await database.catalog.describer.describe(description.name)).description).toEqual(description);
    const run = { signal: new AbortController().signal, timeoutMs: 20_000 };
    expect(await readSample(database.source, rows, { count: 5, ...run })).toEqual({ sample: [[1]] });
    const text = renderDescription(description, 10_000);
    expect(text.split('\n').filter((line) => line.startsWith('table '))).toHaveLength(1);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
  });
});
