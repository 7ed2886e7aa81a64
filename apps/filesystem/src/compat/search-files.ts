import { join } from 'node:path';
import { z } from 'zod';
import { locate } from '../roots/locate.ts';
import { pathParam } from '../tools/path-param.ts';
import { openStart } from '../walk/open-folder.ts';
import { defineOfficial } from './define-official.ts';
import { createLines } from './lines.ts';
import { compileAnchored, excludePatterns, patternParam } from './patterns.ts';
import { walkTree } from './walk-tree.ts';

const shorten = 'Send a narrower pattern, or call find_files, which has pages.';

export const searchFiles = defineOfficial({
  name: 'search_files',
  title: 'Search files',
  description:
    'Find files and folders by a glob on the path below a folder, such as **/*.ts. Use find_files instead where you can: it has pages.',
  input: z.object({ path: pathParam('Folder to start at.'), pattern: patternParam('Glob.'), excludePatterns }),
  hints: { readOnly: true },
  shorten,

  async answer({ path, pattern, excludePatterns: excluded }, call) {
    const judge = { isWanted: await compileAnchored([pattern]), isExcluded: await compileAnchored(excluded) };
    await using start = await openStart(await locate(call, path));
    const { root, names: above } = start.located;
    const lines = createLines(call.deps.limits, shorten);
    for await (const { names, isWanted } of walkTree(start, judge, call)) if (isWanted) lines.add(join(root.path, ...above, ...names));
    return lines.count === 0 ? 'No matches found' : lines.join();
  },
});
