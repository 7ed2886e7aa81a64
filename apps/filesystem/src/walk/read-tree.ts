import type { FileKind } from '../descriptor/file-kind.ts';
import { type Located, locateEntry } from '../roots/located.ts';
import { comparePaths } from './compare-paths.ts';
import { addIgnoreLevel, type IgnoreLevel, loadLevelsAbove } from './ignore-level.ts';
import { openFolder, type StartFolder } from './open-folder.ts';
import { readFolder } from './read-folder.ts';
import { createSmallest } from './smallest.ts';
import type { WalkBudget } from './walk-budget.ts';

/** One entry of a tree. */
export interface TreeEntry {
  readonly name: string;
  readonly kind: FileKind;
  /** What is in a folder that was entered. */
  inside?: TreeLevel;
}

/** What is in one folder. */
export interface TreeLevel {
  /** In the order of names. */
  readonly entries: readonly TreeEntry[];
  /** Entries that are left out. */
  readonly more: number;
  /** Whether the system let it be read to its end. */
  readonly isWhole: boolean;
}

/** How much of a tree is read. */
export interface ReadTreeOptions {
  readonly budget: WalkBudget;
  readonly gitignore: boolean;
  readonly depth: number;
  /** Entries in all. */
  readonly maxEntries: number;
}

interface Pending {
  readonly folder: Located;
  readonly above: IgnoreLevel | undefined;
  readonly depth: number;
  readonly entry: { inside?: TreeLevel };
}

/** Reads folders level by level, so that what is near the start is there first when entries run out. */
export async function readTree(start: StartFolder, options: ReadTreeOptions): Promise<TreeLevel | undefined> {
  const top: { inside?: TreeLevel } = {};
  const above = options.gitignore ? await loadLevelsAbove(start.located) : undefined;
  const queue: Pending[] = [{ folder: start.located, above, depth: 1, entry: top }];
  let left = options.maxEntries;
  for (const next of queue) {
    if (left === 0 || options.budget.over !== undefined) break;
    const read = await readLevel(next, left, options);
    if (read === undefined) continue;
    const { inside, level } = read;
    next.entry.inside = inside;
    left -= inside.entries.length;
    if (next.depth === options.depth) continue;
    for (const entry of inside.entries.filter(({ kind }) => kind === 'directory')) {
      queue.push({ folder: locateEntry(next.folder, entry.name), above: level, depth: next.depth + 1, entry });
    }
  }
  return top.inside;
}

async function readLevel(
  { folder, above }: Pending,
  count: number,
  { budget, gitignore }: ReadTreeOptions,
): Promise<{ readonly inside: TreeLevel; readonly level: IgnoreLevel | undefined } | undefined> {
  await using directory = await openFolder(folder);
  if (directory === undefined) return undefined;
  const level = gitignore ? await addIgnoreLevel(above, directory) : undefined;
  const first = createSmallest<TreeEntry>(count, (a, b) => comparePaths(a.name, b.name));
  let total = 0;
  const isWhole = await readFolder(directory, { budget, gitignore, level }, (name, kind) => {
    total += 1;
    first.add({ name, kind });
  });
  const entries = first.list();
  return { inside: { entries, more: total - entries.length, isWhole }, level };
}
