import { z } from 'zod';
import type { Entry } from '../list/entry.ts';
import { pathParam } from '../tools/path-param.ts';
import { defineOfficial } from './define-official.ts';
import { createLines, toLine } from './lines.ts';
import { isFolder, listEntries, listHint, sortBy } from './list-entries.ts';

export const listDirectoryWithSizes = defineOfficial({
  name: 'list_directory_with_sizes',
  title: 'List directory with sizes',
  description: 'List all names in one folder with their sizes, and how much that is together.',
  input: z.object({ path: pathParam('Folder.'), sortBy }),
  hints: { readOnly: true },
  shorten: listHint,

  async answer({ path, sortBy: sort }, call) {
    const entries = await listEntries(path, sort, call);
    const files = entries.filter((entry) => !isFolder(entry));
    const lines = createLines(call.deps.limits, listHint);
    for (const entry of entries) lines.add(toSizedLine(entry));
    lines.add('');
    lines.add(`Total: ${files.length} files, ${entries.length - files.length} directories`);
    lines.add(`Combined size: ${showSize(files.reduce((sum, { size = 0 }) => sum + size, 0))}`);
    return lines.join();
  },
});

function toSizedLine(entry: Entry): string {
  const name = toLine(entry.name).padEnd(30);
  return isFolder(entry) ? `[DIR] ${name} ` : `[FILE] ${name} ${showSize(entry.size ?? 0).padStart(10)}`;
}

function showSize(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit += 1) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(2)} ${units[unit] ?? 'B'}`;
}
