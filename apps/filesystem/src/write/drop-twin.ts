import { unlink } from 'node:fs/promises';
import { isAppError } from '@trellis-mcp/errors';
import { openDirectory, type PinnedDirectory } from '../descriptor/open-directory.ts';
import type { Root } from '../roots/root.ts';
import { lookAt } from './look-at.ts';

/** A file that a kill may have left with two names. */
export interface Twins {
  readonly root: Root;
  /** To go: names from the root on, or a path of this server's own. */
  readonly from: readonly string[] | string;
  /** To stay: names from the root on. */
  readonly to: readonly string[];
}

/** Ends a move that a kill cut off between its two steps. What is not one file under both names is left alone. */
export async function dropTwin({ root, from, to }: Twins): Promise<void> {
  await using target = await openParent(root, to);
  await using source = typeof from === 'string' ? undefined : await openParent(root, from);
  const path = typeof from === 'string' ? from : source?.entry(from.at(-1) ?? '');
  if (target === undefined || path === undefined) return;
  const [old, kept] = [await lookAt(path), await lookAt(target.entry(to.at(-1) ?? ''))];
  if (old !== undefined && kept !== undefined && !old.isDirectory() && old.dev === kept.dev && old.ino === kept.ino) await unlink(path);
}

async function openParent(root: Root, names: readonly string[]): Promise<PinnedDirectory | undefined> {
  return openIfThere(root, names.slice(0, -1));
}

/** Opens a folder that is still there. */
export async function openIfThere(root: Root, names: readonly string[]): Promise<PinnedDirectory | undefined> {
  try {
    return await openDirectory({ root, names, shown: names.join('/') });
  } catch (error) {
    if (isAppError(error) && (error.code === 'NOT_FOUND' || error.code === 'INVALID_INPUT')) return undefined;
    throw error;
  }
}
