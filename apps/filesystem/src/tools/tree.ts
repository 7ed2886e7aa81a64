import { reply } from '@trellis-mcp/server';
import { limitParam } from '@trellis-mcp/validation';
import { z } from 'zod';
import { defineTool } from '../deps.ts';
import { locate } from '../roots/locate.ts';
import { openStart } from '../walk/open-folder.ts';
import { readTree } from '../walk/read-tree.ts';
import { showTree, type ShownTree } from '../walk/show-tree.ts';
import { openWalkBudget } from '../walk/walk-budget.ts';
import { pathParam } from './path-param.ts';

/** Characters. */
const maxRepeated = 8_000;

export const tree = defineTool({
  name: 'tree',
  title: 'Tree',
  description: 'Show folders and what is in them as an indented text. Use first in an unknown folder.',
  input: z.object({
    path: pathParam('Folder.').default('.'),
    depth: limitParam({ default: 3, max: 1000, hint: '' }).describe('Levels.'),
    maxEntries: limitParam({ default: 300, max: 5000, hint: 'Name a folder further down.' }).describe('Entries in all.'),
    gitignore: z.boolean().optional().describe('False: ignored files, too.'),
  }),
  output: z.object({ text: z.string(), files: z.number(), directories: z.number(), truncated: z.boolean() }),
  hints: { readOnly: true },
  scopes: ['fs:read'],

  async run({ path, depth, maxEntries, gitignore }, call) {
    const { limits } = call.deps;
    await using start = await openStart(await locate(call, path));
    const budget = openWalkBudget({ maxEntries: limits.maxEntries, timeoutMs: limits.searchTimeoutMs, signal: call.signal });
    const levels = Math.min(depth, limits.maxDepth);
    const read = await readTree(start, { budget, gitignore: gitignore ?? limits.gitignore, depth: levels, maxEntries });
    const shown = showTree(read, { depth: levels, maxBytes: limits.maxReadBytes });
    return reply(shown, { text: repeat(shown) });
  },
});

/** For clients that hand only text to their model: all of a short tree, the beginning of a long one. */
function repeat({ text, files, directories, truncated }: ShownTree): string {
  const counts = `${files} files, ${directories} folders${truncated ? '; there are more' : ''}`;
  if (text.length <= maxRepeated) return `${text}\n[${counts}]`;
  const beginning = text.slice(0, text.lastIndexOf('\n', maxRepeated));
  return `${beginning}\n[${counts}. The rest is in structuredContent; to read it here, set maxEntries or name a folder further down.]`;
}
