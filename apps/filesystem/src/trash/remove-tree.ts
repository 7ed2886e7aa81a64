import { rmdir, unlink } from 'node:fs/promises';
import { codeOf, hasCode } from '../descriptor/code-of.ts';
import type { Root } from '../roots/root.ts';
import { listEntries, openOwnFolder, type OwnFolder } from '../write/own-folder.ts';

/** How {@link removeTree} removes. */
export interface RemoveOptions {
  readonly root: Root;
  readonly signal: AbortSignal;
}

/** Each level keeps a folder open. */
const maxDepth = 1100;
/** Some file systems skip names of a folder that gets smaller while it is listed. */
const maxPasses = 5;

/**
 * Removes an entry and everything below it, for good. Folders are opened one in the other and never over a link, so that nothing is removed
 * but what is there, whatever is exchanged meanwhile.
 */
export async function removeTree(path: string | Buffer, options: RemoveOptions): Promise<void> {
  await remove(path, { ...options, depth: 0 });
}

interface Removing extends RemoveOptions {
  readonly depth: number;
}

async function remove(path: string | Buffer, removing: Removing): Promise<void> {
  removing.signal.throwIfAborted();
  if (await unlinkFile(path)) return;
  if (removing.depth > maxDepth) throw new Error(`a folder that is to be removed is deeper than ${maxDepth}`);
  for (let pass = 1; !(await removeFolder(path, removing)); pass += 1) {
    if (pass === maxPasses) throw new Error('a folder that is to be removed does not get empty');
  }
}

/** @returns False when entries came, or were skipped. */
async function removeFolder(path: string | Buffer, removing: Removing): Promise<boolean> {
  {
    await using folder = await openOwnFolder(path, removing.root);
    await allowRemoving(folder);
    for await (const entry of listEntries(folder)) await remove(entry.path, { ...removing, depth: removing.depth + 1 });
  }
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return false;
    throw error;
  }
}

/** Of a folder that may only be read, its owner removes nothing either. */
async function allowRemoving({ handle }: OwnFolder): Promise<void> {
  try {
    await handle.chmod(0o700);
  } catch (error) {
    // It belongs to somebody else; what can be removed is.
    if (codeOf(error) === undefined) throw error;
  }
}

/** @returns False for a folder. */
async function unlinkFile(path: string | Buffer): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return true;
    // Linux says the first of a folder, POSIX the second.
    if (hasCode(error, 'EISDIR', 'EPERM')) return false;
    throw error;
  }
}
