import { isAppError } from '@trellis-mcp/errors';
import { lstat } from 'node:fs/promises';
import { codeOf } from '../descriptor/judge-place.ts';
import { type Located, locateEntry } from '../roots/located.ts';
import { openFolder, type StartFolder } from '../walk/open-folder.ts';

/** A path that a search told of. */
export function locateBelow(start: StartFolder, path: string): Located {
  return path.split('/').reduce(locateEntry, start.located);
}

const atOnce = 8;

/**
 * Leaves the paths whose files are there, inside of the root, over no link. A search by another process may have been led outside while it
 * ran; nothing that it saw there passes here.
 */
export async function keepInside(start: StartFolder, paths: readonly string[]): Promise<readonly Located[]> {
  const folders = Map.groupBy(paths, (path) => path.slice(0, Math.max(0, path.lastIndexOf('/'))));
  const kept = new Map<string, Located>();
  const waiting = [...folders];
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await keepOf(start, next, kept);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return paths.flatMap((path) => kept.get(path) ?? []);
}

async function keepOf(
  start: StartFolder,
  [folder, paths]: readonly [string, readonly string[]],
  kept: Map<string, Located>,
): Promise<void> {
  await using directory = await openFolder(folder === '' ? start.located : locateBelow(start, folder));
  if (directory === undefined) return;
  for (const path of paths) {
    const located = locateBelow(start, path);
    if (await isFile(directory.entry(located.names.at(-1) ?? ''))) kept.set(path, located);
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isFile();
  } catch (error) {
    if (codeOf(error) !== undefined || isAppError(error)) return false;
    throw error;
  }
}
