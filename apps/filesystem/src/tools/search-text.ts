import { AppError } from '@trellis-mcp/errors';
import { boundedText, cursorParam, limitParam } from '@trellis-mcp/validation';
import { z } from 'zod';
import { defineTool } from '../deps.ts';
import { locate } from '../roots/locate.ts';
import { cursorTtlMs, digestSearch, readPlace } from '../search/read-place.ts';
import { searchTextPage } from '../search/search-text-page.ts';
import { openStart } from '../walk/open-folder.ts';
import { maxGlob } from './find-files.ts';
import { pathParam } from './path-param.ts';

const line = z.array(z.string()).optional();

export const searchText = defineTool({
  name: 'search_text',
  title: 'Search text',
  description: 'Find lines by their text in all files below a folder.',
  input: z.object({
    path: pathParam('Folder.').default('.'),
    pattern: boundedText({ min: 1, max: 4096 }),
    regex: z.boolean().default(false).describe('RE2 syntax.'),
    glob: boundedText({ min: 1, max: maxGlob }).optional().describe('Of files, such as *.ts.'),
    context: z.int().min(0).max(10).default(0).describe('Lines around a match.'),
    ignoreCase: z.boolean().default(false),
    limit: limitParam({ default: 50, max: 1000 }).describe('Page size.'),
    cursor: cursorParam().optional().describe('nextCursor.'),
  }),
  output: z.object({
    matches: z.array(z.object({ path: z.string(), line: z.number(), column: z.number(), text: z.string(), before: line, after: line })),
    filesSearched: z.number(),
    truncated: z.boolean(),
    nextCursor: z.string().optional(),
  }),
  hints: { readOnly: true },
  scopes: ['fs:read'],
  maxResultBytes: 1_048_576,

  async run({ path, cursor, glob, ...query }, call) {
    assertOneLine(query.pattern);
    const { findEngine, limits } = call.deps;
    await using start = await openStart(await locate(call, path));
    const { root, names } = start.located;
    const search = digestSearch([root.uri, names, query.pattern, query.regex, query.ignoreCase, glob ?? '']);
    const after = cursor === undefined ? undefined : readPlace(call.unseal(cursor), search);
    const request = { ...query, start, glob, after, gitignore: limits.gitignore, signal: call.signal };
    const { matches, filesSearched, truncated, next } = await searchTextPage(await findEngine(), request);
    return {
      matches: matches.map(({ before, after: behind, ...match }) => ({
        ...match,
        ...(before !== undefined && { before: [...before] }),
        ...(behind !== undefined && { after: [...behind] }),
      })),
      filesSearched,
      truncated,
      ...(next !== undefined && { nextCursor: call.seal({ search, ...next }, { ttlMs: cursorTtlMs }) }),
    };
  },
});

function assertOneLine(pattern: string): void {
  if (!/[\r\n]/.test(pattern)) return;
  throw new AppError('INVALID_INPUT', 'The pattern holds a line break, and a line is searched at a time.', {
    hint: 'Search for one of the lines, with context.',
  });
}
