import { AppError } from '@trellis-mcp/errors';
import { boundedText, limitParam } from '@trellis-mcp/validation';
import { z } from 'zod';
import { defineTool } from '../deps.ts';
import { locate } from '../roots/locate.ts';
import { cursorTtlMs, digestSearch, readPlace } from '../search/read-place.ts';
import { searchTextPage } from '../search/search-text-page.ts';
import { openStart } from '../walk/open-folder.ts';
import { maxGlob } from './find-files.ts';
import { pathParam } from './path-param.ts';
import { sealedParam } from './sealed-param.ts';

/** A match. Not checked field by field, and without what a model need not know to read one. */
const match = z.unknown().meta({
  type: 'object',
  properties: {
    path: { type: 'string' },
    line: { type: 'integer' },
    column: { type: 'integer' },
    text: { type: 'string' },
    before: { type: 'array' },
    after: { type: 'array' },
  },
});

export const searchText = defineTool({
  name: 'search_text',
  title: 'Search text',
  description: 'Find lines by their text in all files below a folder. Use before reading.',
  input: z.object({
    path: pathParam('Folder.').default('.'),
    pattern: boundedText({ max: 4096 }).describe('What to find.'),
    regex: z.boolean().optional().describe('RE2 syntax.'),
    glob: boundedText({ max: maxGlob }).optional().describe('Such as *.ts.'),
    context: z.int().min(0).max(10).optional().describe('Lines around.'),
    ignoreCase: z.boolean().optional().describe('Any case.'),
    limit: limitParam({ default: 50, max: 1000 }).describe('Page size.'),
    cursor: sealedParam(),
  }),
  output: z.object({
    matches: z.array(match),
    filesSearched: z.number(),
    truncated: z.boolean(),
    nextCursor: z.string().optional(),
  }),
  hints: { readOnly: true },
  scopes: ['fs:read'],
  maxResultBytes: 1_048_576,

  async run({ path, cursor, regex = false, ignoreCase = false, context = 0, glob, pattern, limit }, call) {
    assertOneLine(pattern);
    const { findEngine, limits } = call.deps;
    await using start = await openStart(await locate(call, path));
    const { root, names } = start.located;
    const search = digestSearch([root.uri, names, pattern, regex, ignoreCase, glob ?? '']);
    const after = cursor === undefined ? undefined : readPlace(call.unseal(cursor), search);
    const query = { pattern, regex, ignoreCase, glob, context, limit };
    const { gitignore, maxFileBytes } = limits;
    const request = { ...query, start, after, gitignore, maxFileBytes, signal: call.signal };
    const { matches, filesSearched, truncated, next } = await searchTextPage(await findEngine(), request);
    return {
      matches: [...matches],
      filesSearched,
      truncated,
      ...(next !== undefined && { nextCursor: call.seal({ search, ...next }, { ttlMs: cursorTtlMs }) }),
    };
  },
});

function assertOneLine(pattern: string): void {
  if (pattern === '') throw new AppError('INVALID_INPUT', 'The pattern is empty.', { hint: 'find_files lists files without a text.' });
  if (!/[\r\n]/.test(pattern)) return;
  throw new AppError('INVALID_INPUT', 'The pattern holds a line break, and a line is searched at a time.', {
    hint: 'Search for one of the lines, with context.',
  });
}
