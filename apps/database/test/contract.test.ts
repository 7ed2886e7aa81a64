import { appContract } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';

appContract({
  app,
  main: new URL('../src/main.ts', import.meta.url),
  snapshots: new URL('tools.snap/', import.meta.url),
  calls: [
    { tool: 'query', args: { sql: 'select id, email from customers order by id', limit: 3 } },
    { tool: 'search_schema', args: { pattern: 'order' } },
  ],
  slowCall: { tool: 'query', args: { sql: 'select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b' } },
});
