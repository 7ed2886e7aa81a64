import { join } from 'node:path';
import { locate } from '../roots/locate.ts';
import { toLine } from '../roots/located.ts';
import { editFile as own } from '../tools/edit-file.ts';
import { rewordTool } from './reword-tool.ts';

export const editFile = rewordTool({
  own,
  async word({ path }, { diff }, call) {
    const { root, names } = await locate(call, path);
    return wordDiff(diff, toLine(join(root.path, ...names)));
  },
});

/** A diff in a Markdown fence that nothing in it can end, with the head and the ranges of the official server. */
function wordDiff(diff: string, path: string): string {
  const hunks = diff
    .split('\n')
    .slice(2)
    .map((line) => (line.startsWith('@@ ') ? line.replaceAll(/(?<=[-+])\d+(?= )/g, '$&,1') : line))
    .join('\n');
  const head = `Index: ${path}\n${'='.repeat(67)}\n--- ${path}\toriginal\n+++ ${path}\tmodified\n`;
  const longest = Math.max(2, ...Array.from(hunks.matchAll(/`+/g), ([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}diff\n${head}${hunks}${fence}\n\n`;
}
