import type { AnyTool } from '@trellis-mcp/server';
import { cursorParam } from '@trellis-mcp/validation';
import { z } from 'zod';
import { defineTool, type Deps } from '../deps.ts';
import { pageLimits, pageOutput, readQueryPage } from '../query-page/read-query-page.ts';
import type { ParamInput } from '../query-page/to-text.ts';
import { paramSchema } from './param-schema.ts';
import type { SavedQuery } from './saved-query.ts';

/** Rows of a page for which the configuration names no number; `--max-rows` caps it. */
const defaultMaxRows = 100;

/** Makes the tool of one saved query: its parameters by name, its rows in pages like those of `query`. */
export function savedQueryTool({ name, title = toTitle(name), description, ...saved }: SavedQuery): AnyTool<Deps> {
  const { sql, params, source, maxRows: limit = defaultMaxRows } = saved;
  const fields = params.map((param): [string, z.ZodType] => [param.name, paramSchema(param)]);
  const cursor = cursorParam().optional().describe('nextCursor of the page before, with the same arguments.');
  return defineTool({
    name,
    title,
    description,
    input: z.object({ ...Object.fromEntries(fields), cursor }),
    output: pageOutput,
    hints: { readOnly: true },
    scopes: ['db:read'],
    ...pageLimits,

    async run({ cursor: from, ...args }: { cursor?: string | undefined } & Readonly<Record<string, unknown>>, call) {
      const values = params.map((param) => toParam(args[param.name]));
      return readQueryPage({ sql, params: values, limit, cursor: from }, { call, open: call.deps.sources.pick(source) });
    },
  });
}

/** Numbers as text: their type was declared, and a large one cannot be sent otherwise. */
function toParam(value: unknown): ParamInput {
  return typeof value === 'number' ? String(value) : typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

/** `top_customers` as people read it: Top customers. */
function toTitle(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
