import { isReserved } from '../roots/reserved.ts';
import { compileGlob } from '../walk/compile-glob.ts';
import { type IgnoreLevel, isIgnored, loadLevelsAbove } from '../walk/ignore-level.ts';
import type { StartFolder } from '../walk/open-folder.ts';

/** What a caller wants of the files below a folder. */
export interface AcceptOptions {
  readonly gitignore: boolean;
  readonly glob: string | undefined;
}

const maxKnownFolders = 10_000;

/**
 * Judges a path, relative to the start, by all that a program cannot be told: the caller's glob, what the operator hides, names of this
 * server, and the .gitignore files above the start.
 */
export async function createAccept(start: StartFolder, { gitignore, glob }: AcceptOptions): Promise<(path: string) => boolean> {
  const { root, names: above } = start.located;
  const level = gitignore ? await loadLevelsAbove(start.located) : undefined;
  const matches = glob === undefined ? undefined : await compileGlob(glob);
  const isLeftOut = level === undefined ? undefined : createLeftOut(level, above);
  const hasExcludes = root.excludes.patterns.length > 0;
  return (path) => {
    if (matches?.(path) === false) return false;
    const names = path.split('/');
    if (names.some(isReserved)) return false;
    if (hasExcludes && root.excludes.hides([...above, ...names], false)) return false;
    return isLeftOut?.(names) !== true;
  };
}

/** Whether a .gitignore above leaves out a file or one of the folders that lead to it. */
function createLeftOut(level: IgnoreLevel, above: readonly string[]): (names: readonly string[]) => boolean {
  const known = new Map<string, boolean>();
  const isFolderLeftOut = (names: readonly string[]): boolean => {
    if (names.length === 0) return false;
    const key = names.join('/');
    const before = known.get(key);
    if (before !== undefined) return before;
    const verdict = isFolderLeftOut(names.slice(0, -1)) || isIgnored(level, [...above, ...names], true);
    if (known.size >= maxKnownFolders) known.clear();
    known.set(key, verdict);
    return verdict;
  };
  return (names) => isFolderLeftOut(names.slice(0, -1)) || isIgnored(level, [...above, ...names], false);
}
