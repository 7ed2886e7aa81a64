import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnProbe, type SharedInstance } from '@trellis-mcp/test-services';
import { entryCommand, startInProcess, type InProcessServer } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import type { Deps } from '../src/deps.ts';
import { runSql } from './open-catalog.ts';
import { startPostgresShop } from './start-postgres-shop.ts';
import { writeConfigFile } from './write-config-file.ts';

type Connection = Awaited<ReturnType<InProcessServer<Deps>['connect']>>;

const topCustomers = {
  name: 'top_customers',
  description: 'Customers by what they spent since a day.',
  sql:
    'select c.name, sum(i.quantity * i.unit_price) as spent from customers c join orders o on o.customer_id = c.id ' +
    'join order_items i on i.order_id = o.id where o.placed_at >= $1 and ($2::order_status is null or o.status = $2) ' +
    'group by c.id having sum(i.quantity * i.unit_price) > $3 order by spent desc, c.id',
  params: [
    { name: 'since', type: 'date', description: 'First day.' },
    { name: 'status', type: 'text', values: ['paid', 'shipped'], optional: true },
    { name: 'atLeast', type: 'number', default: 0 },
  ],
  maxRows: 3,
};

const everyType = {
  name: 'every_type',
  title: 'Every type of parameter',
  description: 'Gives back what it got. For a test.',
  sql: 'select $1::text, $2::int8, $3::float8, $4::bool, $5::date, $6::timestamptz, $7::uuid, $8::jsonb, $9::int',
  params: [
    { name: 'aText', type: 'text' },
    { name: 'anInteger', type: 'integer' },
    { name: 'aNumber', type: 'number' },
    { name: 'aBoolean', type: 'boolean' },
    { name: 'aDate', type: 'date' },
    { name: 'aTime', type: 'timestamp' },
    { name: 'anId', type: 'uuid' },
    { name: 'aDocument', type: 'json' },
    { name: 'oneOf', type: 'integer', values: [1, 2], default: 2 },
  ],
};

const everyValue = {
  aText: "it's; drop table customers --",
  anInteger: 9_007_199_254_740_991,
  aNumber: 1.5,
  aBoolean: false,
  aDate: '2026-01-31',
  aTime: '2026-01-31T12:00:00+02:00',
  anId: '2b9b3c1e-8f4a-4f8e-9f57-0a3f3d1c2b4d',
  aDocument: '{"a": [1]}',
};

let shop: SharedInstance;
let server: InProcessServer<Deps>;
let client: Connection;

beforeAll(async () => {
  shop = await startPostgresShop();
  server = await start([topCustomers, everyType]);
  client = await server.connect();
});
afterAll(async () => {
  await server.close();
  await shop.stop();
});

async function start(savedQueries: readonly unknown[], ...flags: string[]): Promise<InProcessServer<Deps>> {
  return startWith({ savedQueries, databaseUrl: shop.url }, ...flags);
}

async function startWith(settings: unknown, ...flags: string[]): Promise<InProcessServer<Deps>> {
  await using file = await writeConfigFile(settings);
  return await startInProcess(app, { args: [...file.args, ...flags] });
}

interface Page {
  rows: unknown[][];
  nextCursor?: string;
  truncatedBy?: string;
}

async function call(name: string, args: Record<string, unknown> = {}): Promise<Page> {
  return (await client.callTool(name, args)).data as Page;
}

describe('a saved query', () => {
  it('is a tool of its own with typed arguments', async () => {
    const tool = (await client.listTools()).find(({ name }) => name === 'top_customers');
    expect(tool).toMatchObject({ title: 'Top customers', annotations: { readOnlyHint: true } });
    expect(tool?.inputSchema).toMatchObject({
      properties: {
        since: { type: 'string', description: 'First day.', pattern: expect.any(String) },
        status: { enum: ['paid', 'shipped'], type: 'string', description: 'Text.' },
        atLeast: { type: 'number', default: 0 },
        cursor: { type: 'string' },
      },
      required: ['since'],
    });
  });

  it('answers in pages like query', async () => {
    const first = await call('top_customers', { since: '2020-01-01' });
    expect(first).toMatchObject({ rowCount: 3, truncated: true, truncatedBy: 'rows', ordered: true, nextCursor: expect.any(String) });
    const second = await call('top_customers', { since: '2020-01-01', cursor: first.nextCursor });
    const both = await client.callTool('query', { sql: topCustomers.sql, params: ['2020-01-01', null, 0], limit: 6 });
    expect(both.data).toMatchObject({ rows: [...first.rows, ...second.rows] });
  });

  it('refuses a cursor with other arguments', async () => {
    const { nextCursor } = await call('top_customers', { since: '2020-01-01' });
    const other = client.callTool('top_customers', { since: '2020-01-02', cursor: nextCursor });
    await expect(other).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('cursor') });
  });

  it('sends every type of value, and the default of what is left out', async () => {
    const { rows } = await call('every_type', everyValue);
    const { aText, aNumber, aBoolean, aDate, anId } = everyValue;
    expect(rows).toEqual([[aText, '9007199254740991', aNumber, aBoolean, aDate, '2026-01-31 10:00:00+00', anId, { a: [1] }, 2]]);
  });

  it('can be the only tool', async () => {
    await using alone = await start([topCustomers], '--tools', 'top_customers');
    expect((await (await alone.connect()).listTools()).map(({ name }) => name)).toEqual(['top_customers']);
  });
});

describe('an argument of a saved query', () => {
  it.each([
    ['a date that is none', 'top_customers', { since: 'yesterday' }, 'since'],
    ['a value that is not on the list', 'top_customers', { since: '2026-01-01', status: 'lost' }, 'status'],
    ['a missing argument', 'top_customers', {}, 'since'],
    ['a fraction', 'every_type', { ...everyValue, anInteger: 1.5 }, 'anInteger'],
    ['half of a UUID', 'every_type', { ...everyValue, anId: '2b9b3c1e' }, 'anId'],
    ['broken JSON', 'every_type', { ...everyValue, aDocument: '{' }, 'json'],
    ['a day that no calendar has', 'every_type', { ...everyValue, aDate: '2026-02-31' }, 'date'],
  ])('is refused when it is %s', async (_what, name, args, named) => {
    const refused = client.callTool(name, args);
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining(named) });
  });
});

const one = { name: 'one', description: 'One.', sql: 'select 1' };

describe('a start with saved queries', () => {
  it.each([
    ['wrong SQL', { sql: 'select nope from customers' }, 'The saved query one: column "nope" does not exist (at character 8).'],
    ['a syntax error', { sql: 'select 1 +' }, 'The saved query one: syntax error at end of input (at character 11).'],
    ['a statement that writes', { sql: 'delete from customers' }, 'The saved query one: DELETE is refused'],
    ['a refused function', { sql: 'select pg_sleep(1)' }, 'pg_sleep'],
    ['two statements', { sql: 'select 1; select 2' }, 'more than one statement'],
    ['a report', { sql: 'show all' }, 'EXPLAIN and SHOW cannot be saved'],
    ['too few parameters', { sql: 'select $1::int' }, 'The statement has 1 parameters; 0 are declared.'],
    ['too many parameters', { params: [{ name: 'a', type: 'text' }] }, 'The statement has 0 parameters; 1 are declared.'],
    ['a parameter without a type', { sql: 'select $1 is null', params: [{ name: 'a', type: 'text' }] }, '$1'],
    ['the name of a tool', { name: 'query' }, 'The saved query query has the name of a tool.'],
    ['a source that is not there', { source: 'other' }, 'There is no source of that name'],
  ])('fails for %s', async (_what, change, message) => {
    await expect(start([{ ...one, ...change }])).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining(message),
    });
  });

  it('is not caught by a function of a user that fits better than that of PostgreSQL', async () => {
    await runSql(shop.url, "create function cardinality(regtype[]) returns int language plpgsql as $$ begin raise 'hijacked'; end $$");
    await using trapped = await start([{ ...one, sql: 'select $1::text', params: [{ name: 'a', type: 'text' }] }]);
    expect((await (await trapped.connect()).callTool('one', { a: 'x' })).data).toMatchObject({ rows: [['x']] });
    await runSql(shop.url, 'drop function cardinality(regtype[])');
  });

  it('names every query that cannot work', async () => {
    const wrong = ['a', 'b'].map((name) => ({ ...one, name, sql: `select ${name}` }));
    const message = expect.stringMatching(/The saved query a: .*"a".*The saved query b: .*"b"/);
    await expect(start([...wrong, one])).rejects.toMatchObject({ code: 'INVALID_INPUT', message });
  });
});

describe('the embedded database', () => {
  it('answers saved queries, too', async () => {
    await using embedded = await startWith({ savedQueries: [topCustomers] });
    const { data } = await (await embedded.connect()).callTool('top_customers', { since: '2020-01-01', status: 'paid' });
    expect(data).toMatchObject({ rowCount: 3, truncatedBy: 'rows' });
  });

  it('finds wrong ones at start, with the character', async () => {
    const wrong = startWith({ savedQueries: [{ ...one, sql: 'select nope from customers' }] });
    await expect(wrong).rejects.toMatchObject({ message: expect.stringContaining('"nope" does not exist (at character 8).') });
  });
});

describe('the program', () => {
  const main = new URL('../src/main.ts', import.meta.url);

  it.each([
    ['78 and the name of the query for wrong SQL', 78, {}, 'The saved query one: column "nope" does not exist'],
    ['69 when the database is not there', 69, { databaseUrl: 'postgres://reader:hunter2@127.0.0.1:1/shop' }, 'The saved query one:'],
  ])('ends with %s', async (_what, code, change, line) => {
    await using file = await writeConfigFile({ databaseUrl: shop.url, savedQueries: [{ ...one, sql: 'select nope' }], ...change });
    const { command, args } = entryCommand(main, [...file.args, '--log-level', 'warn']);
    await using probe = await spawnProbe(command, args);
    expect(await probe.exit).toMatchObject({ code });
    expect(probe.stderr.trim().split('\n')).toEqual([expect.stringContaining(line)]);
    expect(probe.stderr).not.toContain('hunter2');
  });
});
