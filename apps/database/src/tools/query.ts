import { boundedText, cursorParam, limitParam } from '@trellis-mcp/validation';
import { z } from 'zod';
import { pageLimits, pageOutput, readQueryPage } from '../query-page/read-query-page.ts';
import { maxSqlBytes } from '../sql/gate.ts';
import { defineSourceTool } from './define-source-tool.ts';

export const query = defineSourceTool({
  name: 'query',
  title: 'Query',
  description: 'Run one read-only SQL statement (PostgreSQL) and get a page of rows. Call search_schema first to learn names and types.',
  input: z.object({
    sql: boundedText({ min: 1, max: maxSqlBytes }).describe('SELECT, VALUES, TABLE, WITH, EXPLAIN or SHOW. Put values in params: $1, $2.'),
    params: z
      .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
      .max(100)
      .optional()
      .describe('Values of $1, $2, ...; arrays and JSON as text.'),
    limit: limitParam({ default: 100, max: 10_000 }),
    cursor: cursorParam().optional().describe('nextCursor of the page before, with the same sql and params.'),
  }),
  output: pageOutput,
  hints: { readOnly: true },
  scopes: ['db:read'],
  ...pageLimits,

  run: ({ params = [], ...page }, context) => readQueryPage({ params, ...page }, context),
});
