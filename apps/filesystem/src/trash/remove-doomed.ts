import type { Root } from '../roots/root.ts';
import { findTrashFolder, listEntries } from '../write/own-folder.ts';
import { removeTree } from './remove-tree.ts';

/** Begins the name of what cannot be restored any more. */
export const doomedPrefix = 'gone-';

/** Removes for good what the trash of a root has given up. */
export async function removeDoomed(root: Root, signal: AbortSignal): Promise<void> {
  await using folder = await findTrashFolder(root);
  if (folder === undefined) return;
  let failure: unknown;
  for await (const { bytes, path } of listEntries(folder)) {
    signal.throwIfAborted();
    if (!bytes.toString().startsWith(doomedPrefix)) continue;
    // What cannot be removed keeps the room of no other.
    await removeTree(path, { root, signal }).catch((error: unknown) => (failure ??= error));
  }
  if (failure !== undefined) throw new Error('something that was given up stays', { cause: failure });
}
