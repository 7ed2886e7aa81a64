import type { SampleCall } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';

/** One call of each tool that the sample shop answers, whatever its engine. */
const calls: readonly SampleCall[] = [
  { tool: 'query', args: { sql: 'select id, email from customers order by id', limit: 3 } },
  { tool: 'search_schema', args: { pattern: 'order' } },
  { tool: 'describe', args: { object: 'orders', sample: 2 } },
  { tool: 'explain', args: { sql: 'select * from orders where customer_id = $1', params: [1], analyze: true } },
  { tool: 'diagnose' },
  { tool: 'advise_indexes', args: { queries: ['select * from order_items where product_id = 7'] } },
];

/** Keeps a database busy until it is stopped. */
const slowCall: SampleCall = {
  tool: 'query',
  args: { sql: 'select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b' },
};

/** What the contract is checked on, whatever the engine. */
export const subject = {
  app,
  main: new URL('../src/main.ts', import.meta.url),
  snapshots: new URL('tools.snap/', import.meta.url),
  calls,
  slowCall,
};

/** What ends a program, which has a file of its own. */
export const endingParts = ['stop', 'release'] as const;

/** All but that. */
export const livingParts = ['lists', 'calls', 'search', 'abort', 'stdout', 'usage', 'commands'] as const;

/**
 * What can differ by the engine. The others need no engine, and none is opened in them: they hold for PostgreSQL because they hold for the
 * embedded one.
 */
export const engineParts = ['lists', 'calls', 'search', 'release', 'commands'] as const;
