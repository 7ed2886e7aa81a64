import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startInProcess, type InProcessServer } from '@trellis-mcp/testing';
import type { AdviceReport } from '../src/advice/advise-indexes.ts';
import { app } from '../src/app.ts';
import type { Deps } from '../src/deps.ts';

type Connection = Awaited<ReturnType<InProcessServer<Deps>['connect']>>;

let server: InProcessServer<Deps>;
let client: Connection;

beforeAll(async () => {
  server = await startInProcess(app);
  client = await server.connect();
});
afterAll(() => server.close());

async function advise(queries: readonly string[]): Promise<AdviceReport> {
  return (await client.callTool('advise_indexes', { queries })).data as AdviceReport;
}

it.each([
  ['select * from order_items where product_id = $1'],
  ['select sum(quantity * unit_price) from order_items i join products p on p.id = i.product_id where p.sku = $1'],
  ['select p.name from products p where not exists (select from order_items i where i.product_id = p.id)'],
  ['select * from order_items where product_id = (select max(id) from products)'],
  ['select * from order_items where product_id = any (array(select id from products where sku = $1))'],
  ['select o.id from orders o where o.id = $1 and exists (select from order_items i where i.product_id = o.customer_id)'],
])('finds the index that the sample lacks: %s', async (sql) => {
  const { advice } = await advise([sql]);
  expect(advice).toMatchObject([
    { createSql: 'CREATE INDEX CONCURRENTLY ON public.order_items (product_id);', evidence: [expect.any(String)] },
  ]);
  expect(advice[0]?.reason).toContain('hypopg');
});

it('finds nothing where the sample lacks nothing', async () => {
  const { advice, notes } = await advise(['select * from orders where customer_id = 3', 'select * from customers where name = $1']);
  expect(advice).toEqual([]);
  expect(notes).toEqual(['public.customers is too small for an index to matter (500 rows).']);
});

it('says so when indexes that are there do', async () => {
  const report = await advise(['select * from order_items where order_id = 5']);
  expect(report).toEqual({ advice: [], notes: ['No index that is missing would make these statements much cheaper.'] });
});

it('asks for queries where the database remembers none', async () => {
  const error = await client.callTool('advise_indexes', {}).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'NOT_FOUND', hint: expect.stringContaining('Pass queries') });
});

it('reports progress, statement by statement', async () => {
  const seen: number[] = [];
  const queries = ['select 1', 'select * from orders where note = $1', 'select 2'];
  await client.callTool('advise_indexes', { queries }, { onProgress: ({ progress }: { progress: number }) => seen.push(progress) });
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(seen.length).toBeGreaterThanOrEqual(2);
});
