import { isReserved } from '../roots/reserved.ts';
import { compileGlob } from '../walk/compile-glob.ts';
import type { StartFolder } from '../walk/open-folder.ts';

/**
 * Judges a path, relative to the start, by all that a program cannot be told: the caller's glob, what the operator hides and names of this
 * server.
 */
export async function createAccept(
  start: StartFolder,
  { glob }: { readonly glob: string | undefined },
): Promise<(path: string) => boolean> {
  const { root, names: above } = start.located;
  const matches = glob === undefined ? undefined : await compileGlob(glob);
  const hasExcludes = root.excludes.patterns.length > 0;
  return (path) => {
    if (matches?.(path) === false) return false;
    const names = path.split('/');
    return !names.some(isReserved) && !(hasExcludes && root.excludes.hides([...above, ...names], false));
  };
}
