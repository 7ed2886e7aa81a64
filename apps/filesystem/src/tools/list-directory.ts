import { AppError } from '@trellis-mcp/errors';
import { limitParam } from '@trellis-mcp/validation';
import { z } from 'zod';
import { defineTool } from '../deps.ts';
import { openDirectory } from '../descriptor/open-directory.ts';
import { entryOutput } from '../list/entry.ts';
import type { Rank } from '../list/first-entries.ts';
import { listPage, sorts } from '../list/list-page.ts';
import { locate } from '../roots/locate.ts';
import { pathParam } from './path-param.ts';

/** How long a cursor can be used. */
const cursorTtlMs = 3_600_000;

const cursorShape = z.object({ of: z.string(), key: z.number(), bytes: z.string() });

export const listDirectory = defineTool({
  name: 'list_directory',
  title: 'List directory',
  description: 'List one folder, a page at a time. Use tree for several levels.',
  input: z.object({
    path: pathParam('Folder.').default('.'),
    limit: limitParam({ default: 100, max: 1000 }).describe('Entries.'),
    cursor: z.string().optional().describe('nextCursor.'),
    sort: z.enum(sorts).default('name').describe('Largest or newest first.'),
    hidden: z.boolean().default(true).describe('Dot files, too.'),
  }),
  output: z.object({ entries: z.array(entryOutput), nextCursor: z.string().optional() }),
  hints: { readOnly: true },
  scopes: ['fs:read'],

  async run({ path, cursor, ...request }, call) {
    const { maxEntries, maxReadBytes: maxBytes } = call.deps.limits;
    await using directory = await openDirectory(await locate(call, path));
    const { root, names } = directory.located;
    const of = JSON.stringify([root.name, names, request.sort, request.hidden]);
    const after = cursor === undefined ? undefined : readCursor(call.unseal(cursor), of);
    const { entries, last } = await listPage(directory, { ...request, after, maxEntries, maxBytes, signal: call.signal });
    if (last === undefined) return { entries: [...entries] };
    const next = { of, key: last.key, bytes: last.bytes };
    return { entries: [...entries], nextCursor: call.seal(next, { ttlMs: cursorTtlMs }) };
  },
});

function readCursor(value: unknown, of: string): Rank {
  const read = cursorShape.safeParse(value);
  if (!read.success || read.data.of !== of) {
    throw new AppError('INVALID_INPUT', 'The cursor belongs to another list.', {
      hint: 'Send it with the path, sort and hidden of the page before, or leave it out.',
    });
  }
  return { key: read.data.key, bytes: read.data.bytes };
}
