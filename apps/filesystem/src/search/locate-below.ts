import { isAppError } from '@trellis-mcp/errors';
import { constants } from 'node:fs';
import { lstat, open, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../descriptor/code-of.ts';
import { type Located, locateEntry } from '../roots/located.ts';
import { openFolder, type StartFolder } from '../walk/open-folder.ts';

/** A path that a search told of. */
export function locateBelow(start: StartFolder, path: string): Located {
  return path.split('/').reduce(locateEntry, start.located);
}

/** Looked at in one turn: enough that the threads of the file system never wait for this one. */
const atOnce = 32;
/** From so many files in a folder on, opening the folder is less work than opening each. */
const manyFiles = 3;
/** Linux: a descriptor that only names a file, whatever it is; neither waited for nor read. */
const onlyPath = 0o10000000;

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
  if (paths.length < manyFiles && start.located.root.guarantee === 'descriptor') {
    for (const path of paths) {
      const located = locateBelow(start, path);
      if (await isThere(located)) kept.set(path, located);
    }
    return;
  }
  await using directory = await openFolder(folder === '' ? start.located : locateBelow(start, folder));
  if (directory === undefined) return;
  for (const path of paths) {
    const located = locateBelow(start, path);
    if (await isFile(directory.entry(located.names.at(-1) ?? ''))) kept.set(path, located);
  }
}

/** Whether a path leads over no link to what is open by it, asked of the descriptor. */
async function isThere({ root, names }: Located): Promise<boolean> {
  const path = join(root.path, ...names);
  try {
    await using handle = await open(path, onlyPath | constants.O_NOFOLLOW);
    return (await readlink(`/proc/self/fd/${handle.fd}`)) === path;
  } catch (error) {
    if (codeOf(error) !== undefined) return false;
    throw error;
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
