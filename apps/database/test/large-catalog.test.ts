import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { recordMeasurement } from '@trellis-mcp/test-services';
import { objectKinds } from '../src/catalog/object-kinds.ts';
import { openServerDatabase, type ServerDatabase } from './catalog-database.ts';

const isSoak = process.env['SOAK'] === '1';
const tables = isSoak ? 20_000 : 1_000;
const batch = 500;

/** What an answer may take, times five where other suites run beside this one; the server stops our own queries after ten seconds. */
const limitMs = isSoak ? 5_000 : 10_000;

let database: ServerDatabase;
beforeAll(async () => {
  database = await openServerDatabase();
  await database.run('create schema crowd; create table crowd.parent (id bigint primary key)');
  for (let first = 0; first < tables; first += batch) {
    await database.run(`do $$ begin for n in ${String(first)}..${String(first + batch - 1)} loop
      execute format('create table crowd.table_number_%s (id bigint primary key, parent_id bigint, name text not null,
        created_at timestamptz default now(), amount_%s numeric(10, 2) check (amount_%s > 0))', n, n, n); end loop; end $$`);
  }
  // A table that all refer to makes each new key dearer than the one before.
  await database.run(`do $$ begin for n in 0..399 loop
    execute format('alter table crowd.table_number_%s add foreign key (parent_id) references crowd.parent', n); end loop; end $$`);
  await database.run('analyze');
}, 600_000);
afterAll(() => database.close());

const measure = async (name: string, work: () => Promise<unknown>): Promise<void> => {
  const started = performance.now();
  await work();
  const value = Math.round(performance.now() - started);
  await recordMeasurement({ suite: `database, catalogue of ${String(tables)} tables`, name, value, unit: 'ms' });
  expect(value).toBeLessThan(limitMs);
};

describe(`a database of ${String(tables)} tables`, () => {
  it.each([
    ['first page of names', { detail: 'names' }],
    ['first page in full', { detail: 'full' }],
    ['part of a name', { detail: 'summary', pattern: `number_${String(tables - 1)}` }],
    ['part of a column name', { detail: 'summary', pattern: `amount_${String(tables - 1)}` }],
    ['what is nowhere', { detail: 'summary', pattern: 'what is nowhere' }],
    ['all kinds, far down', { detail: 'summary', kinds: objectKinds, after: ['crowd', 'table_number_9', '0'] }],
  ] as const)('is searched in time: %s', async (name, request) => {
    await measure(name, async () => database.catalog.schema.search({ limit: 50, ...request }));
  });

  it('describes, suggests and completes in time', async () => {
    const { catalog } = database;
    await measure('describe', async () => catalog.describer.describe('table_number_77'));
    await measure('describe what all refer to', async () => catalog.describer.describe('crowd.parent'));
    await measure('describe what is not there', async () =>
      expect(catalog.describer.describe('tabel_nummer_77')).rejects.toMatchObject({ code: 'NOT_FOUND' }),
    );
    await measure('complete', async () => catalog.names.tables('number_7', 'crowd'));
    await measure('list', async () => catalog.names.list());
  });

  it('is searched in time with an allow list', async () => {
    const items = Array.from({ length: 500 }, (_, n) => `crowd.table_number_${String(n)}`);
    const only = database.only(...items);
    await measure('search with an allow list', async () => only.schema.search({ detail: 'full', limit: 50, kinds: objectKinds }));
    await measure('describe with an allow list', async () => only.describer.describe('table_number_77'));
    await measure('not on the allow list', async () =>
      expect(only.describer.describe('table_number_777')).rejects.toMatchObject({ code: 'NOT_FOUND' }),
    );
  });
});
