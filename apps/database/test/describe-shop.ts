import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startInProcess, type InProcessServer } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import type { Deps } from '../src/deps.ts';

type Connection = Awaited<ReturnType<InProcessServer<Deps>['connect']>>;

/** A database that holds the sample shop. */
export interface ShopDatabase {
  /** Flags that make a server read it. */
  readonly args: readonly string[];
  stop(): Promise<unknown>;
}

let client: Connection;

/** What `query`, `search_schema`, the resource and the prompt do on the sample shop, whatever the engine. Call it once in a file. */
export function describeShop(open: () => Promise<ShopDatabase>): void {
  let database: ShopDatabase;
  let server: InProcessServer<Deps>;

  beforeAll(async () => {
    database = await open();
    const limits = ['--max-rows', '200', '--max-bytes', '16KiB', '--statement-timeout-ms', '3s'];
    server = await startInProcess(app, { args: [...limits, ...database.args] });
    client = await server.connect();
  });
  afterAll(async () => {
    await server.close();
    await database.stop();
  });

  describe('query', describeQuery);
  describe('pages of query', describePages);
  describe('failures of query', describeFailures);
  describe('cursors of query', describeCursors);
  describe('search_schema', describeSearch);
  describe('pages of search_schema', describeSearchPages);
  describe('what stands beside the tools', describeOthers);
}

interface Page {
  columns: { name: string; type: string }[];
  rows: unknown[][];
  rowCount: number;
  truncated: boolean;
  truncatedBy?: string;
  nextCursor?: string;
  ordered: boolean;
  changed?: boolean;
  notices: string[];
}

async function query(args: Record<string, unknown>): Promise<Page> {
  return (await client.callTool('query', args)).data as Page;
}

const failures: readonly (readonly [sql: string, code: string, message: string, hint: string])[] = [
  ['select nope from customers', 'INVALID_INPUT', 'column "nope" does not exist (at character 8)', 'search_schema'],
  ['select * from nowhere', 'INVALID_INPUT', 'relation "nowhere" does not exist (at character 15)', 'search_schema'],
  ['select 1 +', 'INVALID_INPUT', 'syntax error at end of input', 'Correct the SQL'],
  ['select 1/0', 'INVALID_INPUT', 'division by zero', 'Correct the value'],
  ['select $1::int', 'INVALID_INPUT', 'requires 1', 'params'],
  ['select 1; select 2', 'INVALID_INPUT', 'more than one statement', 'one statement'],
  ['drop table customers', 'DENIED', 'DROP is refused', 'SELECT'],
  ['select pg_sleep(1)', 'DENIED', 'pg_sleep', 'functions'],
  ['select count(*) from generate_series(1, 1000000000)', 'TIMEOUT', '3000 ms', 'Read less'],
];

function describeQuery(): void {
  it('gives columns, rows and what a reader must know of them', async () => {
    expect(await query({ sql: 'select id, name from products order by id', limit: 2 })).toMatchObject({
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'name', type: 'text' },
      ],
      rows: [
        [1, expect.any(String)],
        [2, expect.any(String)],
      ],
      rowCount: 2,
      truncated: true,
      truncatedBy: 'rows',
      ordered: true,
      notices: [],
    });
  });

  it('reads all pages, each row once', async () => {
    const sql = 'select order_id, line_no from order_items where product_id <= $1 order by order_id, line_no';
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page: Page = await query({ sql, params: [20], limit: 150, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.changed).toBeUndefined();
      seen.push(...page.rows.map((row) => row.join('.')));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    const [[count]] = (await query({ sql: 'select count(*) from order_items where product_id <= 20' })).rows as [[string]];
    expect(seen).toHaveLength(Number(count));
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('caps a page by rows and by bytes, whatever is asked for', async () => {
    const many = await query({ sql: 'select generate_series(1, 1000)', limit: 900 });
    expect(many).toMatchObject({ rowCount: 200, truncatedBy: 'rows', ordered: false });
    const large = await query({ sql: "select repeat('x', 1000) from generate_series(1, 100)" });
    expect(large).toMatchObject({ rowCount: 16, truncatedBy: 'bytes', truncated: true });
    expect(large.nextCursor).toBeDefined();
    const cell = await query({ sql: "select repeat('x', 9000)" });
    expect(cell).toMatchObject({ rowCount: 1, truncated: true, truncatedBy: 'cell' });
    expect(cell.nextCursor).toBeUndefined();
  });
}

function describePages(): void {
  it('says that the data changed between pages', async () => {
    const sql = 'select clock_timestamp()::text, generate_series(1, 10)';
    const first = await query({ sql, limit: 3 });
    expect(await query({ sql, limit: 3, cursor: first.nextCursor })).toMatchObject({ changed: true, rowCount: 3 });
  });

  it('gives what it had read when the deadline came', async () => {
    const slow = 'case when i = 31 then 1000000000 else 1 end';
    // PostgreSQL sends rows by 8 KiB: the first of these are here before the deadline, however late it hears that it is to stop.
    const page = await query({
      sql: `select i, repeat('x', 400), (select count(*) from generate_series(1, ${slow})) from generate_series(1, 40) i order by i`,
    });
    expect(page).toMatchObject({ truncated: true, truncatedBy: 'time', ordered: true, nextCursor: expect.any(String) });
    expect(page.rowCount).toBeGreaterThan(0);
    expect(page.rows.map(([i]) => i)).toEqual(page.rows.map((_row, index) => index + 1));
    expect(page).not.toHaveProperty('changed');
  });

  it('pages through EXPLAIN and SHOW, too', async () => {
    const first = await query({ sql: 'show all', limit: 5 });
    const second = await query({ sql: 'show all', limit: 5, cursor: first.nextCursor });
    expect(second.rows).toHaveLength(5);
    expect(second.rows).not.toEqual(first.rows);
  });
}

function describeFailures(): void {
  it.each(failures)('%s fails as %s', async (sql, code, message, hint) => {
    const error = await client.callTool('query', { sql }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(JSON.stringify([error, (error as { hint?: string }).hint])).toContain(hint);
  });

  it('carries the SQLSTATE for programs', async () => {
    const error = await client.callTool('query', { sql: 'select nope' }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ details: { sqlState: '42703', position: 8 } });
  });
}

function describeCursors(): void {
  it.each([
    ['another statement', (cursor: string) => ({ sql: 'select 2, generate_series(1, 9)', cursor })],
    ['other params', (cursor: string) => ({ sql: 'select $1::int, generate_series(1, 9)', params: [2], cursor })],
    ['a forged cursor', (cursor: string) => ({ sql: 'select $1::int, generate_series(1, 9)', params: [1], cursor: `${cursor}x` })],
    ['a cursor of another tool', () => ({ sql: 'select 1', cursor: schemaCursor })],
  ])('refuses a cursor with %s', async (_what, change) => {
    const { nextCursor = '' } = await query({ sql: 'select $1::int, generate_series(1, 9)', params: [1], limit: 2 });
    await expect(client.callTool('query', change(nextCursor))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  let schemaCursor = '';
  beforeAll(async () => {
    const page = (await client.callTool('search_schema', { limit: 1 })).data as { nextCursor: string };
    schemaCursor = page.nextCursor;
  });
}

interface Found {
  objects: { name: string; kind: string; columns?: string[]; indexes?: string[]; constraints?: string[]; definition?: string }[];
  nextCursor?: string;
}

async function search(args: Record<string, unknown> = {}): Promise<Found> {
  return (await client.callTool('search_schema', args)).data as Found;
}

function describeSearch(): void {
  it('lists what can be read, without partitions and indexes', async () => {
    const { objects } = await search({ detail: 'names' });
    expect(objects.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'table customers',
      'partitioned_table events',
      'function lifetime_value',
      'materialized_view monthly_revenue',
      'table order_items',
      'enum order_status',
      'view order_summary',
      'table orders',
      'table products',
    ]);
  });

  it.each([
    ['ORDER', ['lifetime_value', 'order_items', 'order_status', 'order_summary', 'orders'].slice(1)],
    ['order?', ['orders']],
    ['*_items', ['order_items']],
    ['public.prod*', ['products']],
    ['email', ['customers']],
    ['100%_', []],
    ["'; drop table x", []],
  ])('finds %s', async (pattern, names) => {
    expect((await search({ pattern, detail: 'names' })).objects.map(({ name }) => name)).toEqual(names);
  });

  it('says what a model needs to join', async () => {
    const { objects } = await search({ pattern: 'order_items' });
    expect(objects[0]?.columns).toEqual([
      'order_id bigint pk -> orders.id',
      'line_no smallint pk',
      'product_id integer -> products.id',
      'quantity integer',
      'unit_price numeric(10,2)',
    ]);
    expect(objects[0]).not.toHaveProperty('indexes');
  });

  it('says everything in full', async () => {
    const [orders] = (await search({ pattern: 'orders', kinds: ['table'], detail: 'full' })).objects;
    expect(orders?.columns).toContain("status order_status not null default 'pending'::public.order_status");
    expect(orders?.indexes).toHaveLength(4);
    expect(orders?.constraints).toContain('CHECK ((shipped_at >= placed_at))');
    const [view] = (await search({ pattern: 'order_summary', detail: 'full' })).objects;
    expect(view?.definition).toContain('SELECT o.id AS order_id');
  });
}

function describeSearchPages(): void {
  it('pages without gaps', async () => {
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page: Found = await search({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      names.push(...page.objects.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(names).toEqual((await search({ detail: 'names' })).objects.map(({ name }) => name));
    const { nextCursor } = await search({ limit: 2 });
    await expect(search({ limit: 2, pattern: 'x', cursor: nextCursor })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('shows partitions and indexes when asked for', async () => {
    const { objects } = await search({ kinds: ['partition', 'index'], pattern: 'events', detail: 'names' });
    expect(objects.filter(({ kind }) => kind === 'partition')).toHaveLength(6);
    expect(objects.filter(({ kind }) => kind === 'index').map(({ name }) => name)).toEqual(['events_customer_id_idx', 'events_pkey']);
  });
}

function describeOthers(): void {
  it('offers the schema as a resource', async () => {
    const [part] = await client.readResource('db://schema');
    const text = part !== undefined && 'text' in part ? part.text : '';
    expect(text).toContain('table order_items (about 4589 rows) -- Lines of an order.\n  order_id bigint pk -> orders.id');
    expect(text).toContain('enum order_status -- Life of an order, in order.\n  pending, paid, shipped');
    expect(text).toContain('function lifetime_value(of_customer integer) -> numeric');
  });

  it('offers a prompt that names the tools', async () => {
    const { messages } = await client.getPrompt('explore_database', { topic: 'late parcels' });
    expect(JSON.stringify(messages)).toMatch(/late parcels.*search_schema/);
  });
}
