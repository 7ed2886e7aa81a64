import { describe, expect, it } from '@jest/globals';
import type { FunctionCatalog, RelationTraits } from './function-catalog.ts';
import { createGate } from './gate.ts';
import { createParser } from './parser.ts';
import type { QualifiedName } from './read-statement.ts';
import { readTableAllowList } from './table-allow-list.ts';

const nothing: FunctionCatalog = { functions: new Map(), operators: new Map(), types: new Map() };

/** A search path of pg_catalog, public. */
const relations: readonly RelationTraits[] = [
  { schema: 'pg_catalog', name: 'pg_class', calls: [] },
  { schema: 'public', name: 'open', calls: [] },
  { schema: 'public', name: 'Open', calls: [] },
  { schema: 'public', name: 'secret', calls: [] },
  { schema: 'public', name: 'orders', calls: [] },
  { schema: 'public', name: 'files', calls: [{ name: 'pg_read_file', isVolatile: true }] },
  { schema: 'public', name: 'clock', calls: [{ name: 'clock_timestamp', isVolatile: true }] },
  { schema: 'public', name: 'xml', calls: [{ name: 'query_to_xml', isVolatile: false }] },
  { schema: 'sales', name: 'orders', calls: [] },
  { schema: 'shop', name: 'carts', calls: [] },
];

async function loadRelations(names: readonly QualifiedName[]) {
  return names.map(({ schema, name }) =>
    relations.find((one) => one.name === name && (schema === undefined ? /^(pg_catalog|public)$/.test(one.schema) : one.schema === schema)),
  );
}

function openGate(tables: readonly string[], allowFunctions: readonly string[] = []) {
  const options = { parser: createParser(), loadFunctions: () => Promise.resolve(nothing), loadRelations };
  return createGate({ ...options, allowFunctions, allowTables: readTableAllowList(tables) });
}

const named: [string, string, boolean][] = [
  ['a bare name of public', 'select * from open', true],
  ['its schema', 'select * from public.open', true],
  ['its database', 'select * from shop_db.public.open', true],
  ['capitals fold', 'select * from OPEN', true],
  ['capitals in quotes are another table', 'select * from "Open"', false],
  ['Unicode escapes', String.raw`select * from u&"\006fpen"`, true],
  ['another table', 'select * from secret', false],
  ['another table, in quotes', 'select * from "secret"', false],
  ['another table, by Unicode escapes', String.raw`select * from public.u&"\0073ecret"`, false],
  ['another table, in capitals', 'select * from PUBLIC.SECRET', false],
  ['another table, by its database', 'select * from shop_db.public.secret', false],
  ['TABLE', 'table secret', false],
  ['ONLY', 'select * from only secret', false],
  ['a star', 'select * from secret *', false],
  ['TABLESAMPLE', 'select * from secret tablesample system (1)', false],
  ['a join', 'select 1 from open join secret using (id)', false],
  ['LATERAL', 'select 1 from open, lateral (select * from secret) x', false],
  ['a set operation', 'table open union all table secret', false],
  ['a subquery in the select list', 'select (select max(id) from secret) from open', false],
  ['a subquery in LIMIT', 'select 1 limit (select count(*) from secret)', false],
  ['a subquery in VALUES', 'values ((select 1 from secret))', false],
  ['a whole row', 'select row_to_json(s) from secret s', false],
  ['an alias of an open name', 'select * from secret open', false],
  ['EXPLAIN', 'explain select * from secret', false],
  ['a table in a listed schema', 'select * from shop.carts', true],
  ['the listed one of two schemas', 'select * from sales.orders', true],
  ['the other one of two schemas', 'select * from public.orders', false],
  ['a bare name that stands for the other', 'select * from orders', false],
  ['a bare name that is off the path', 'select * from carts', false],
  ['what is not there', 'select * from missing', false],
  ['a system catalogue', 'select * from pg_class', false],
  ['a system catalogue by its schema', 'select * from pg_catalog.pg_class', false],
  ['information_schema', 'select * from information_schema.tables', false],
  ['no table', 'select 1', true],
  ['a function in FROM', 'select * from generate_series(1, 2)', true],
];

const scoped: [string, string, boolean][] = [
  ['a query of its own', 'with secret as (select 1) select * from secret', true],
  ['a query of its own, deep inside', 'with secret as (select 1) select (select max(a) from (table secret) x (a))', true],
  ['the query before', 'with a as (select 1), b as (table a) table b', true],
  ['itself, recursively', 'with recursive secret as (select 1 union all table secret) table secret', true],
  ['a later query, recursively', 'with recursive a as (table secret), secret as (select 1) table a', true],
  ['in a set operation', 'with secret as (select 1) table secret union table secret', true],
  ['in EXPLAIN', 'explain with secret as (select 1) table secret', true],
  ['the table in the query of its name', 'with secret as (table secret) table secret', false],
  ['the table in a query before', 'with a as (table secret), secret as (select 1) table a', false],
  ['the table beside the scope', 'select (with secret as (select 1) select 1 from secret), (select 1 from secret)', false],
  ['the table outside a subquery', 'select * from (with secret as (select 1) table secret) x, secret', false],
  ['the table in the other arm', '(with secret as (select 1) table secret) union table secret', false],
  ['the table by its schema', 'with secret as (select 1) select * from public.secret', false],
  ['the table, the query in other capitals', 'with "SECRET" as (select 1) select * from SECRET', false],
  ['the table inside a query of another', 'with a as (with secret as (select 1) table secret) table secret', false],
];

describe('a list of tables', () => {
  const gate = openGate(['open', 'sales.orders', 'shop.*']);

  it.each(named)('%s: %s', async (_what, sql, ok) => {
    expect(await gate.check(sql)).toMatchObject(ok ? { ok } : { ok, reason: 'relation' });
  });

  it.each(scoped)('a WITH query is %s: %s', async (_what, sql, ok) => {
    expect(await gate.check(sql)).toMatchObject(ok ? { ok } : { ok, reason: 'relation' });
  });

  it('opens the system when it says so', async () => {
    expect((await openGate(['pg_catalog.pg_class']).check('select * from pg_class')).ok).toBe(true);
    expect((await openGate(['public.*']).check('select * from pg_class')).ok).toBe(false);
  });

  it.each(['*', '*.a', 'a.b.c', '', 'a.', '.a', 'a.b*', '**'])('refuses an item that names no table: %s', (item) => {
    expect(() => readTableAllowList([item])).toThrow('names no table');
  });

  it('is none when it is empty', () => {
    expect(readTableAllowList([])).toBeUndefined();
  });

  it('refuses a bare name while nothing is known of it', async () => {
    const blind = createGate({
      parser: createParser(),
      loadFunctions: () => Promise.resolve(nothing),
      allowTables: readTableAllowList(['open']),
    });
    expect((await blind.check('table open')).ok).toBe(false);
    expect((await blind.check('table public.open')).ok).toBe(true);
  });
});

describe('what reading a relation calls', () => {
  it('is judged like a call', async () => {
    const gate = openGate([]);
    expect(await gate.check('table files')).toMatchObject({ reason: 'function', message: expect.stringContaining('pg_read_file') });
    expect(await gate.check('table xml')).toMatchObject({ reason: 'function' });
    expect((await gate.check('table clock')).ok).toBe(true);
    expect((await openGate([], ['pg_read_file']).check('table files')).ok).toBe(true);
  });
});

describe('verdicts', () => {
  const acting: FunctionCatalog = {
    ...nothing,
    functions: new Map([['newcomer', { isVolatile: true, isVolatileField: false, isVolatileOwn: true }]]),
  };

  it('ask for fresh facts before an unknown function passes', async () => {
    let asked = 0;
    const gate = createGate({
      parser: createParser(),
      loadFunctions: () => Promise.resolve(nothing),
      refreshFunctions: () => {
        asked += 1;
        return Promise.resolve(acting);
      },
    });
    expect(await gate.check('select newcomer()')).toMatchObject({ reason: 'function' });
    expect(asked).toBe(1);
    expect((await gate.check('select 1 + 1')).ok).toBe(true);
    expect(asked).toBe(1);
  });

  it('do not outlive the facts they were judged by', async () => {
    let facts: FunctionCatalog = { ...nothing, functions: new Map([['newcomer', { ...calm }]]) };
    const gate = createGate({ parser: createParser(), loadFunctions: () => Promise.resolve(facts) });
    expect((await gate.check('select newcomer()')).ok).toBe(true);
    facts = acting;
    expect((await gate.check('select newcomer()')).ok).toBe(false);
    facts = { ...acting, functions: new Map([['newcomer', { ...calm }]]) };
    expect((await gate.check('select newcomer()')).ok).toBe(true);
  });
});

const calm = { isVolatile: false, isVolatileField: false, isVolatileOwn: false };
