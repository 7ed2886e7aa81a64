import type { SampleCall } from '@trellis-mcp/testing';

/** One call of each tool that the sample shop answers, whatever its engine. */
export const calls: readonly SampleCall[] = [
  { tool: 'query', args: { sql: 'select id, email from customers order by id', limit: 3 } },
  { tool: 'search_schema', args: { pattern: 'order' } },
  { tool: 'describe', args: { object: 'orders', sample: 2 } },
  { tool: 'explain', args: { sql: 'select * from orders where customer_id = $1', params: [1], analyze: true } },
  { tool: 'diagnose' },
  { tool: 'advise_indexes', args: { queries: ['select * from order_items where product_id = 7'] } },
];

/** Keeps a database busy until it is stopped. */
export const slowCall: SampleCall = {
  tool: 'query',
  args: { sql: 'select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b' },
};
