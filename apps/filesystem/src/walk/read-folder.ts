import { opendir } from 'node:fs/promises';
import { type FileKind, kindOf } from '../descriptor/file-kind.ts';
import { codeOf } from '../descriptor/code-of.ts';
import type { PinnedDirectory } from '../descriptor/open-directory.ts';
import { isReserved } from '../roots/reserved.ts';
import { type IgnoreLevel, isIgnored } from './ignore-level.ts';
import type { WalkBudget } from './walk-budget.ts';

/** How the entries of a folder are read. */
export interface ReadFolderOptions {
  readonly budget: WalkBudget;
  /** Whether what .gitignore names is left out. */
  readonly gitignore: boolean;
  /** Rules of the folder and those above it. */
  readonly level: IgnoreLevel | undefined;
}

/** Entries that the system is asked for at once. */
const bufferSize = 512;

/**
 * Tells of each entry that callers may see, in the order of the disk. Memory does not grow with the folder.
 *
 * @returns Whether the folder could be read to its end.
 */
export async function readFolder(
  directory: PinnedDirectory,
  { budget, gitignore, level }: ReadFolderOptions,
  visit: (name: string, kind: FileKind) => void,
): Promise<boolean> {
  const { excludes } = directory.located.root;
  try {
    for await (const entry of await opendir(directory.fdPath, { bufferSize })) {
      if (!budget.take()) return false;
      const { name } = entry;
      if (isReserved(name)) continue;
      const names = [...directory.names, name];
      const isDirectory = entry.isDirectory();
      if (excludes.hides(names, isDirectory) || (gitignore && isIgnored(level, names, isDirectory))) continue;
      visit(name, kindOf(entry));
    }
    return true;
  } catch (error) {
    if (codeOf(error) !== undefined) return false;
    throw error;
  }
}
