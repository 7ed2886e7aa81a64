import { z } from 'zod';
import { locate } from '../roots/locate.ts';
import { pathParam } from '../tools/path-param.ts';
import { openStart } from '../walk/open-folder.ts';
import { defineOfficial } from './define-official.ts';
import { maxTextBytes, tooLong } from './official-reply.ts';
import { compileAnchored, excludePatterns } from './patterns.ts';
import { walkTree } from './walk-tree.ts';

const shorten = 'Exclude more with excludePatterns, or call tree, which is compact and cut where it is too long.';

interface TreeEntry {
  readonly name: string;
  readonly type: 'directory' | 'file';
  readonly children?: TreeEntry[];
  /** A folder that could not be read. */
  readonly error?: 'unreadable';
}

export const directoryTree = defineOfficial({
  name: 'directory_tree',
  title: 'Directory tree',
  description: 'Get all files and folders below a folder as JSON. Use tree instead for the same with far fewer tokens.',
  input: z.object({ path: pathParam('Folder.'), excludePatterns }),
  hints: { readOnly: true },
  shorten,

  async answer({ path, excludePatterns: excluded }, call) {
    const judge = { isWanted: () => true, isExcluded: await compileAnchored(excluded.flatMap(toGlobs)) };
    await using start = await openStart(await locate(call, path));
    const { limits } = call.deps;
    const top: TreeEntry[] = [];
    // Where entries of each depth go.
    const open = [top];
    let bytes = 0;
    for await (const { names, isDirectory, isUnread } of walkTree(start, judge, call)) {
      const name = names.at(-1) ?? '';
      // As long as the lines below at least; what is over is not collected first.
      bytes += Buffer.byteLength(name) + 4 * names.length + (isDirectory ? 63 : 37);
      if (bytes > maxTextBytes(limits)) throw tooLong(limits, shorten);
      const children: TreeEntry[] | undefined = isDirectory ? [] : undefined;
      open[names.length - 1]?.push({
        name,
        type: isDirectory ? 'directory' : 'file',
        ...(children && { children }),
        ...(isUnread && { error: 'unreadable' }),
      });
      if (children !== undefined) open[names.length] = children;
    }
    return JSON.stringify(top, undefined, 2);
  },
});

/** Without a star it is about the name at any depth. */
function toGlobs(pattern: string): readonly string[] {
  return pattern.includes('*') ? [pattern] : [`**/${pattern}`];
}
