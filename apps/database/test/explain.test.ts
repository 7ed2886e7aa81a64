import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startInProcess, type InProcessServer } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import type { Deps } from '../src/deps.ts';
import type { PlanReport } from '../src/plans/report-plan.ts';

type Connection = Awaited<ReturnType<InProcessServer<Deps>['connect']>>;

let server: InProcessServer<Deps>;
let client: Connection;

beforeAll(async () => {
  server = await startInProcess(app, { args: ['--statement-timeout-ms', '2s'] });
  client = await server.connect();
});
afterAll(() => server.close());

async function explain(sql: string, args: Record<string, unknown> = {}): Promise<PlanReport> {
  return (await client.callTool('explain', { sql, ...args })).data as PlanReport;
}

const byProduct = 'select * from order_items where product_id = $1';

describe('explain', () => {
  it('estimates without running', async () => {
    const report = await explain('select * from order_items where product_id = 7');
    expect(report).toMatchObject({ estimatedRows: expect.any(Number), worstNodes: [{ node: 'Seq Scan on order_items', share: 1 }] });
    expect(report.totalCost).toBeGreaterThan(10);
    expect(report.plan).toMatch(/^Seq Scan on order_items \(rows \d+, cost [\d.]+\)\n +filter: \(order_items\.product_id = 7\)$/);
    expect(report).not.toHaveProperty('executionMs');
    expect(report).not.toHaveProperty('estimateErrors');
  });

  it('measures when asked to', async () => {
    const report = await explain(byProduct, { params: [7], analyze: true });
    expect(report).toMatchObject({ actualRows: 25, planningMs: expect.any(Number), executionMs: expect.any(Number), estimateErrors: [] });
    expect(report.worstNodes[0]).toMatchObject({ rows: 25, loops: 1, rowsRemoved: 4_564, condition: '(order_items.product_id = 7)' });
    expect(report.plan).toContain('actual rows 25, loops 1');
  });

  it('gives the plan for any values when it knows none', async () => {
    const { plan, warnings, estimatedRows } = await explain(byProduct);
    expect(plan).toContain('filter: (order_items.product_id = $1)');
    expect(warnings).toEqual([expect.stringContaining('any values')]);
    expect(estimatedRows).toBeGreaterThan(0);
    const many = await explain('select * from orders where customer_id = $2 and status = $1 and placed_at > $3 limit $4');
    expect(many.plan).toContain('$2');
  });

  it('explains views, partitions, CTEs and subqueries down to their tables', async () => {
    const view = await explain('select * from order_summary where customer_id = 3', { analyze: true });
    expect(view.plan).toContain('on orders o');
    const events = await explain('select count(*) from events where kind = $1', { params: ['search'] });
    expect(events.plan.match(/Seq Scan on events_2026_0\d/g)).toHaveLength(6);
    const shares = view.worstNodes.reduce((sum, { share }) => sum + share, 0);
    expect(shares).toBeGreaterThan(0.5);
    expect(shares).toBeLessThanOrEqual(1.001);
  });
});

const refused: readonly (readonly [sql: string, args: Record<string, unknown>, code: string, text: string])[] = [
  ['explain select 1', {}, 'INVALID_INPUT', 'without EXPLAIN'],
  ['explain analyze select 1', { analyze: true }, 'INVALID_INPUT', 'without EXPLAIN'],
  ['show work_mem', {}, 'INVALID_INPUT', 'no plan'],
  ['delete from orders', {}, 'DENIED', 'DELETE is refused'],
  ['analyze orders', {}, 'DENIED', 'only reads'],
  ['with gone as (delete from orders returning *) select * from gone', { analyze: true }, 'DENIED', 'DELETE inside'],
  ['select pg_sleep(1)', { analyze: true }, 'DENIED', 'pg_sleep'],
  ['select 1; delete from orders', { analyze: true }, 'INVALID_INPUT', 'more than one statement'],
  ['select * into copy from orders', { analyze: true }, 'DENIED', 'INTO'],
  ['select nope from customers', {}, 'INVALID_INPUT', '(at character 8)'],
  ['select nope from customers where id = $1', {}, 'INVALID_INPUT', '(at character 8)'],
  ["select 'ä', nope from customers", { analyze: true }, 'INVALID_INPUT', '(at character 13)'],
  ['select 1 +', {}, 'INVALID_INPUT', 'end of input'],
  [byProduct, { analyze: true }, 'INVALID_INPUT', 'Pass the values in params'],
  [byProduct, { params: [] }, 'INVALID_INPUT', 'params'],
  [byProduct, { params: ['x'] }, 'INVALID_INPUT', 'invalid input syntax for type integer'],
  [byProduct, { params: [['7']] }, 'INVALID_INPUT', 'as text'],
  ['select $70000::int', {}, 'INVALID_INPUT', '$70000'],
  ['select count(*) from generate_series(1, 1000000000)', { analyze: true }, 'TIMEOUT', 'Try without analyze'],
];

describe('failures of explain', () => {
  it.each(refused)('%s with %j fails as %s', async (sql, args, code, text) => {
    const error = await client.callTool('explain', { sql, ...args }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code });
    expect(JSON.stringify([(error as Error).message, (error as { hint?: string }).hint])).toContain(text);
  });

  it('explains again after all of them', async () => {
    expect(await explain('select * from orders;  -- all of them')).toMatchObject({ estimatedRows: 1_800 });
    expect(await explain('(table orders) limit 1')).toMatchObject({ estimatedRows: 1 });
  });
});

it('tells models how to tune a query', async () => {
  const { messages } = await client.getPrompt('tune_query', { sql: 'select 1 as "strange"', goal: 'under 5 ms' });
  const text = JSON.stringify(messages);
  expect(text).toMatch(/strange.*under 5 ms.*explain.*describe.*advise_indexes/);
});
