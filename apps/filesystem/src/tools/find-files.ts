import { boundedText, limitParam } from '@trellis-mcp/validation';
import { z } from 'zod';
import { defineTool } from '../deps.ts';
import { locate } from '../roots/locate.ts';
import { findFilesPage } from '../search/find-files-page.ts';
import { cursorTtlMs, digestSearch, readPlace } from '../search/read-place.ts';
import { openStart } from '../walk/open-folder.ts';
import { pathParam } from './path-param.ts';
import { sealedParam } from './sealed-param.ts';

/** Longer globs than anybody writes cost a path too much time. */
export const maxGlob = 500;

export const findFiles = defineTool({
  name: 'find_files',
  title: 'Find files',
  description: 'Find files by name below a folder. Use search_text for what is in them.',
  input: z.object({
    path: pathParam('Folder.').default('.'),
    glob: boundedText({ max: maxGlob }).describe('Such as src/**/*.{ts,js}.'),
    gitignore: z.boolean().optional().describe('False: ignored files, too.'),
    limit: limitParam({ default: 100, max: 1000 }).describe('Page size.'),
    cursor: sealedParam(),
  }),
  output: z.object({ paths: z.array(z.string()), total: z.number(), truncated: z.boolean(), nextCursor: z.string().optional() }),
  hints: { readOnly: true },
  scopes: ['fs:read'],
  // 1,000 paths of 4,096 bytes are cut and kept; usual ones are not.
  maxResultBytes: 262_144,

  async run({ path, cursor, gitignore: asked, ...request }, call) {
    const { findEngine, limits } = call.deps;
    const gitignore = asked ?? limits.gitignore;
    await using start = await openStart(await locate(call, path));
    const { root, names } = start.located;
    const search = digestSearch([root.uri, names, request.glob, gitignore]);
    const after = cursor === undefined ? undefined : readPlace(call.unseal(cursor), search).path;
    const page = await findFilesPage(await findEngine(), { ...request, start, after, gitignore, signal: call.signal });
    const { paths, total, truncated, last } = page;
    const next = last === undefined ? undefined : call.seal({ search, path: last, line: 0, seen: 0 }, { ttlMs: cursorTtlMs });
    return { paths: [...paths], total, truncated, ...(next !== undefined && { nextCursor: next }) };
  },
});
