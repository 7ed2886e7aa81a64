import { AppError } from '@trellis-mcp/errors';
import { boundedText, cursorParam, limitParam } from '@trellis-mcp/validation';
import { z } from 'zod';
import { objectKinds } from '../catalog/object-kinds.ts';
import { details, type Place } from '../catalog/schema-search.ts';
import { shared } from '../cache/source-cache.ts';
import { defineSourceTool } from './define-source-tool.ts';

const cursorTtlMs = 15 * 60_000;

const place = z.object({ search: z.string(), after: z.tuple([z.string(), z.string(), z.string()]) });

export const searchSchema = defineSourceTool({
  name: 'search_schema',
  title: 'Search schema',
  description: 'Find tables, views, enums and functions by name, with their columns. Use before writing SQL.',
  input: z.object({
    pattern: boundedText({ max: 200 }).optional().describe('Part of an object or column name, or a glob (*, ?).'),
    kinds: z.array(z.enum(objectKinds)).max(20).optional().describe('Default: all but indexes and partitions.'),
    detail: z.enum(details).default('summary').describe('summary: columns, keys; full: indexes, checks, definitions too.'),
    limit: limitParam({ default: 50, max: 500 }).describe('Page size.'),
    cursor: cursorParam().optional().describe('nextCursor of a page.'),
  }),
  // What else an object has depends on its kind and on detail: comment, rows, columns, values, indexes, constraints, definition.
  output: z.object({
    objects: z.array(z.looseObject({ name: z.string(), kind: z.string() })),
    nextCursor: z.string().optional(),
  }),
  hints: { readOnly: true },
  scopes: ['db:read'],

  async run({ pattern, kinds, detail, limit, cursor }, { call, open: { source, schema, cache } }) {
    const search = JSON.stringify([source.name, pattern ?? '', kinds ?? [], detail]);
    const after = cursor === undefined ? undefined : readPlace(call.unseal(cursor), search);
    const request = { pattern, kinds, detail, limit, after };
    const { objects, next } = await cache.getOrLoad(shared('search', request), async () => schema.search(request));
    return {
      objects: objects.map((object) => ({ ...object })),
      ...(next === undefined ? {} : { nextCursor: call.seal({ search, after: next }, { ttlMs: cursorTtlMs }) }),
    };
  },
});

function readPlace(value: unknown, search: string): Place {
  const read = place.safeParse(value);
  if (!read.success || read.data.search !== search) {
    throw new AppError('INVALID_INPUT', 'The cursor belongs to another search.', {
      hint: 'Send pattern, kinds and detail of the page before, unchanged, or leave the cursor out.',
    });
  }
  return read.data.after;
}
