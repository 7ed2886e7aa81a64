import { link, lstat, rename, unlink } from 'node:fs/promises';
import { hasCode } from '../descriptor/code-of.ts';
import { withoutLinks } from './commit-file.ts';
import { lookAt } from './look-at.ts';
import type { Target } from './target.ts';
import { alreadyThere } from './writing.ts';

/**
 * Gives an entry another place, where nothing may be. A file or link gets its new name before it loses the old one; for a folder there is no
 * step that never replaces, and an empty folder that comes in between is replaced.
 *
 * @param announce Writes down that there may be two names.
 * @throws AppError `CONFLICT` when something is there.
 */
export async function placeEntry(from: string, { located, path }: Target, announce: () => Promise<AsyncDisposable>): Promise<void> {
  const stats = await lstat(from);
  // Elsewhere than on Linux a second name of a link is one of what it leads to, which may lie outside.
  const canHaveTwo = stats.isFile() || (stats.isSymbolicLink() && process.platform === 'linux');
  if (canHaveTwo && (await changeName(from, { located, path }, announce))) return;
  if ((await lookAt(path)) !== undefined) throw alreadyThere(located);
  await rename(from, path);
}

/** @returns False where files have one name only. */
async function changeName(
  from: string,
  place: Pick<Target, 'located' | 'path'>,
  announce: () => Promise<AsyncDisposable>,
): Promise<boolean> {
  const note = await announce();
  try {
    if (!(await addName(from, place))) return false;
    await dropName(from, place.path);
    return true;
  } finally {
    await note[Symbol.asyncDispose]();
  }
}

async function addName(from: string, { located, path }: Pick<Target, 'located' | 'path'>): Promise<boolean> {
  try {
    await link(from, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) throw alreadyThere(located, error);
    if (hasCode(error, ...withoutLinks)) return false;
    throw error;
  }
}

/** Takes the new name back when the old one has to stay. */
async function dropName(from: string, path: string): Promise<void> {
  try {
    await unlink(from);
  } catch (error) {
    await unlink(path);
    throw error;
  }
}
