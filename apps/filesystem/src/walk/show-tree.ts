import { cutText } from '@trellis-mcp/validation';
import type { TreeEntry, TreeLevel } from './read-tree.ts';

/** A tree in words, and what is in it. */
export interface ShownTree {
  /** A line for each entry, indented by one blank a level; folders end with a slash. */
  readonly text: string;
  readonly files: number;
  readonly directories: number;
  readonly truncated: boolean;
}

const maxName = 255;

const marks: Partial<Record<TreeEntry['kind'], string>> = {
  directory: '/',
  symlink: '@',
  fifo: ' (FIFO)',
  socket: ' (socket)',
  device: ' (device)',
};

/**
 * Shows a tree.
 *
 * @param depth Deepest level that was asked for; folders there are not missing.
 */
export function showTree(
  tree: TreeLevel | undefined,
  { depth, maxBytes }: { readonly depth: number; readonly maxBytes: number },
): ShownTree {
  const lines: string[] = [];
  const counts = { files: 0, directories: 0, bytes: 0, truncated: tree === undefined };
  const write = (line: string): void => {
    counts.bytes += Buffer.byteLength(line) + 1;
    if (counts.bytes <= maxBytes) lines.push(line);
    else counts.truncated = true;
  };
  const show = (level: TreeLevel, indent: number): void => {
    for (const entry of level.entries) {
      const isFolder = entry.kind === 'directory';
      if (isFolder) counts.directories += 1;
      else counts.files += 1;
      const isMissing = isFolder && entry.inside === undefined && indent + 1 < depth;
      counts.truncated ||= isMissing;
      write(`${' '.repeat(indent)}${showName(entry.name)}${marks[entry.kind] ?? ''}${isMissing ? ' (not read)' : ''}`);
      if (entry.inside !== undefined) show(entry.inside, indent + 1);
    }
    if (level.more > 0 || !level.isWhole)
      write(`${' '.repeat(indent)}… ${level.more > 0 ? `${level.more}${level.isWhole ? '' : ' or'} more` : 'not read to its end'}`);
    counts.truncated ||= level.more > 0 || !level.isWhole;
  };
  if (tree !== undefined) show(tree, 0);
  const { files, directories, truncated } = counts;
  return { text: lines.join('\n'), files, directories, truncated };
}

function showName(name: string): string {
  // What would end a line, move a terminal or turn the direction of a text.
  const hidden = /(?![\u200c\u200d])[\p{C}\p{Zl}\p{Zp}]/gu;
  return cutText(name, maxName).replace(hidden, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
