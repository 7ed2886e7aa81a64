/**
 * The least that a server on the bare SDK can do for a lookup: `sdk-floor.ts URL SQL read-only|bare` has one tool, which makes the round trip
 * of `pg-floor.ts` and gives the row in the members that `query` of Trellis gives.
 */
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';
import { openLookUp } from './round-trip.ts';

const [url = '', sql = '', roundTrip] = process.argv.slice(2);
const lookUp = await openLookUp(url, sql, roundTrip === 'bare' ? 'bare' : 'read-only');

serveStdio(() => {
  const server = new McpServer({ name: 'bench', version: '1.0.0' });
  server.registerTool(
    'query',
    {
      description: 'Look up one row.',
      inputSchema: z.object({ sql: z.string(), params: z.array(z.union([z.string(), z.number()])) }),
      outputSchema: z.object({ rows: z.array(z.array(z.unknown())), rowCount: z.number(), truncated: z.boolean() }),
      annotations: { readOnlyHint: true },
    },
    async ({ params: [key = ''] }) => {
      const row = await new Promise<readonly string[]>((resolve) => {
        lookUp(String(key), resolve);
      });
      const data = { rows: [[...row]], rowCount: 1, truncated: false };
      return { content: [{ type: 'text', text: JSON.stringify(data) }], structuredContent: data };
    },
  );
  return server;
});
