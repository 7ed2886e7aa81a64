import type { Located } from '../roots/located.ts';
import { locateEntry } from '../roots/located.ts';
import { addIgnoreLevel, type IgnoreLevel, loadLevelsAbove } from './ignore-level.ts';
import { openFolder, type StartFolder } from './open-folder.ts';
import { readFolder } from './read-folder.ts';
import type { WalkBudget } from './walk-budget.ts';

/** How files are walked through. */
export interface WalkFilesOptions {
  readonly budget: WalkBudget;
  readonly gitignore: boolean;
  /** Folders deeper than this are not entered; 1 is the start alone. */
  readonly maxDepth: number;
}

interface Pending {
  readonly folder: Located;
  readonly level: IgnoreLevel | undefined;
  readonly depth: number;
}

/** Yields the regular files below a folder, one folder at a time, over no link. */
export async function* walkFiles(start: StartFolder, { maxDepth, ...options }: WalkFilesOptions): AsyncGenerator<readonly Located[]> {
  const level = options.gitignore ? await loadLevelsAbove(start.located) : undefined;
  const pending: Pending[] = [{ folder: start.located, level, depth: 1 }];
  for (let next = pending.pop(); next !== undefined && options.budget.over === undefined; next = pending.pop()) {
    const { folder, depth } = next;
    await using directory = await openFolder(folder);
    if (directory === undefined) continue;
    const level = options.gitignore ? await addIgnoreLevel(next.level, directory) : undefined;
    const files: Located[] = [];
    await readFolder(directory, { ...options, level }, (name, kind) => {
      if (kind === 'file') files.push(locateEntry(folder, name));
      else if (kind === 'directory' && depth < maxDepth) pending.push({ folder: locateEntry(folder, name), level, depth: depth + 1 });
    });
    yield files;
  }
}
