import { mkdir } from 'node:fs/promises';
import { AppError, isAppError } from '@trellis-mcp/errors';
import type { Limits } from '../deps.ts';
import { hasCode } from '../descriptor/code-of.ts';
import { openDirectory, type PinnedDirectory } from '../descriptor/open-directory.ts';
import { type Located, quote } from '../roots/located.ts';
import { openTarget } from './target.ts';
import { writing } from './writing.ts';

/** A folder that is there now. */
export interface EnsuredFolder {
  /** Whether it was made. */
  readonly created: boolean;
}

/** What {@link ensureFolder} is held to. */
export interface EnsureOptions {
  readonly limits: Pick<Limits, 'maxDepth'>;
  readonly signal: AbortSignal;
}

/**
 * Makes a folder and those above it that are not there. Each is made in its pinned folder.
 *
 * @throws AppError `INVALID_INPUT` for a file in the way, `NOT_FOUND` for a link that leads nowhere or outside, `LIMIT` for a place that no
 * walk would come to.
 */
export async function ensureFolder(located: Located, { limits, signal }: EnsureOptions): Promise<EnsuredFolder> {
  if (await isFolder(located)) return { created: false };
  if (located.names.length > limits.maxDepth) {
    throw new AppError('LIMIT', `${quote(located)} would be deeper than ${limits.maxDepth} folders.`, {
      hint: 'Take a place further up, or ask the operator for a larger --max-depth.',
    });
  }
  if (located.names.length > 1) await ensureFolder(parentOf(located), { limits, signal });
  signal.throwIfAborted();
  await using target = await openTarget(located);
  const created = await writing(located, async () => makeFolder(target.path));
  // Something may have been there that is no folder, such as a link that leads nowhere.
  await (await openDirectory(located)).handle.close();
  return { created };
}

async function isFolder(located: Located): Promise<boolean> {
  let folder: PinnedDirectory;
  try {
    folder = await openDirectory(located);
  } catch (error) {
    if (isAppError(error) && error.code === 'NOT_FOUND') return false;
    throw error;
  }
  await folder.handle.close();
  return true;
}

async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** The folder that an entry is in. */
export function parentOf(located: Located): Located {
  const end = located.shown.lastIndexOf('/');
  return { ...located, names: located.names.slice(0, -1), shown: end === -1 ? '.' : located.shown.slice(0, end) };
}
