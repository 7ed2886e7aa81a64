import { describe, expect, it } from '@jest/globals';
import type { Catalog } from '../src/catalog/open-catalog.ts';
import { objectKinds } from '../src/catalog/object-kinds.ts';
import type { SearchRequest } from '../src/catalog/schema-search.ts';
import { engines, shareDatabases } from './catalog-database.ts';
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
