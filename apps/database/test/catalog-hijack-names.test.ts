import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, type RawBuilder } from 'kysely';
import { objectKinds } from '../src/catalog/object-kinds.ts';
import { objectsQuery } from '../src/catalog/objects-query.ts';
import { tableNamesQuery } from '../src/catalog/table-names-query.ts';
import { descriptionQuery } from '../src/describe/description-query.ts';
import { nearNamesQuery } from '../src/describe/near-names-query.ts';
import { readTableAllowList } from '../src/sql/table-allow-list.ts';
import { Client } from 'pg';
import { openServerDatabase, type ServerDatabase } from './catalog-database.ts';
import { fixtureSql } from './catalog-fixture.ts';
import { traps } from './hijack-traps.ts';

const tables = readTableAllowList(['sales.*', 'odd.*']);
const common = { kinds: objectKinds, limit: 10, after: ['a', 'b', '1'], like: '%a%', tables } as const;

const queries: readonly (readonly [string, RawBuilder<unknown>])[] = [
  ['search', objectsQuery({ ...common, detail: 'full' })],
  ['search without a list', objectsQuery({ ...common, detail: 'full', tables: undefined })],
  ['describe', descriptionQuery([{ schema: 'sales', name: 'accounts' }, { name: 'x' }], { tables, path: ['public'], reader: 'postgres' })],
  ['describe without a list', descriptionQuery([{ name: 'accounts' }], { path: ['pg_catalog', 'public'] })],
  ['near names', nearNamesQuery({ wanted: 'acounts', pairs: ['ac'], tables, limit: 5 })],
  ['schemas', tableNamesQuery({ of: 'schemas', part: 'a', list: tables })],
  ['tables', tableNamesQuery({ of: 'tables', part: 'a', schema: 'sales', list: tables })],
  ['list', tableNamesQuery({ of: 'list', part: '', list: tables })],
];

/** What looks like a call and is syntax. */
const syntax =
  /^(?:all|and|any|array|as|by|case|coalesce|exists|filter|from|in|lateral|materialized|not|nullif|or|position|recursive|select|values|when|where|with|then|else)$/;

let database: ServerDatabase;
beforeAll(async () => {
  database = await openServerDatabase();
  await database.run(fixtureSql);
  await database.run(traps);
});
afterAll(() => database.close());

function compile(query: RawBuilder<unknown>): string {
  const db = new Kysely<unknown>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (of) => new PostgresIntrospector(of),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  return query.compile(db).sql;
}

it.each(queries)('%s calls functions by their schema', (_name, query) => {
  const text = compile(query).replaceAll(/'(?:[^']|'')*'/g, "''");
  const calls = [...text.matchAll(/(?<![\w.])([a-z_]\w*)\s*\(/g)].map(([, name = '']) => name);
  const aliases = new Set([...text.matchAll(/\)\s+(?:with ordinality\s+)?([a-z]\w*)\s*\(/g)].map(([, name = '']) => name));
  expect(calls.filter((name) => !syntax.test(name) && !aliases.has(name))).toEqual([]);
});

/** Operators and functions of users that PostgreSQL finds in a statement, also where it would not come to running them. */
const usedQuery = `select distinct d.refobjid, coalesce(o.oid::regoperator::text, p.oid::regprocedure::text) as used
  from pg_rewrite r join pg_depend d on d.classid = 'pg_rewrite'::regclass::oid and d.objid = r.oid
  left join pg_operator o on d.refclassid = 'pg_operator'::regclass::oid and o.oid = d.refobjid
  left join pg_proc p on d.refclassid = 'pg_proc'::regclass::oid and p.oid = d.refobjid
  where r.ev_class = 'probe'::regclass::oid and d.refobjid >= 16384::oid and coalesce(o.oid, p.oid) is not null`;

it.each(queries)('%s uses no operator of a user', async (_name, query) => {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query('begin');
    await client.query(`create view probe as ${compile(query).replaceAll(/\$\d+/g, 'null')}`);
    const { rows } = await client.query<{ used: string }>(usedQuery);
    expect(rows.map(({ used }) => used)).toEqual([]);
  } finally {
    await client.end();
  }
});

it.each(queries)('%s runs among the traps', async (_name, query) => {
  const db = await database.source.loadCatalog();
  await expect(query.execute(db)).resolves.toHaveProperty('rows');
});
