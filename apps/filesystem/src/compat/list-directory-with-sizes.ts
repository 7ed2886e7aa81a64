import type { Call } from '@trellis-mcp/server';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { openDirectory, type PinnedDirectory } from '../descriptor/open-directory.ts';
import { describeEntry, inspectEntry } from '../list/entry.ts';
import { locate } from '../roots/locate.ts';
import { toLine } from '../roots/located.ts';
import { pathParam } from '../tools/path-param.ts';
import { defineOfficial } from './define-official.ts';
import { createLines } from './lines.ts';
import { listHint, markOf, scanWhole } from './scan-whole.ts';

export const listDirectoryWithSizes = defineOfficial({
  name: 'list_directory_with_sizes',
  title: 'List directory with sizes',
  description: 'List all names in one folder with their sizes. Use it to see how much that is together.',
  input: z.object({
    path: pathParam('Folder.'),
    sortBy: z.enum(['name', 'size']).default('name').describe('Largest first.'),
  }),
  hints: { readOnly: true },
  shorten: listHint,

  async answer({ path, sortBy }, call) {
    await using directory = await openDirectory(await locate(call, path));
    const entries = await measureEntries(directory, call);
    const ordered = entries.toSorted(orders[sortBy]);
    const files = entries.filter(({ mark }) => mark === '[FILE]');
    const lines = createLines(call.deps.limits, listHint);
    for (const { mark, name, size } of ordered) {
      lines.add(`${mark} ${toLine(name).padEnd(30)} ${mark === '[DIR]' ? '' : showSize(size).padStart(10)}`);
    }
    lines.add('');
    lines.add(`Total: ${files.length} files, ${entries.length - files.length} directories`);
    lines.add(`Combined size: ${showSize(files.reduce((sum, { size }) => sum + size, 0))}`);
    return lines.join();
  },
});

interface MeasuredEntry {
  readonly mark: '[DIR]' | '[FILE]';
  readonly name: string;
  /** Of what a link leads to inside of the roots. */
  readonly size: number;
  /** What the entry itself takes; folders take something, too. */
  readonly diskSize: number;
}

/** By the words of people, as the official server does, not by bytes. */
const { compare } = new Intl.Collator();

const orders = {
  name: (one: MeasuredEntry, other: MeasuredEntry): number => compare(one.name, other.name),
  size: (one: MeasuredEntry, other: MeasuredEntry): number => other.diskSize - one.diskSize,
};

async function measureEntries(directory: PinnedDirectory, call: Call<Deps>): Promise<readonly MeasuredEntry[]> {
  const measured: MeasuredEntry[] = [];
  for (const entry of await scanWhole(directory, call)) {
    call.signal.throwIfAborted();
    const stats = await inspectEntry(directory, entry);
    if (stats === undefined) continue;
    const { size = 0 } = await describeEntry(directory, entry, stats);
    measured.push({ mark: markOf(entry), name: entry.name, size, diskSize: stats === 'unreadable' ? 0 : stats.size });
  }
  return measured;
}

function showSize(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit += 1) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(2)} ${units[unit] ?? 'B'}`;
}
