import { open, readlink } from 'node:fs/promises';
import { codeOf } from '../descriptor/code-of.ts';
import { findQuickDisk } from '../descriptor/quick-disk.ts';
import type { Guarantee, Root } from './root.ts';

/** What the system can tell of what is open below a folder. */
type Disk = Pick<Root, 'guarantee' | 'quickDisk'>;

/** @param wanted Default: the best that this system can give. */
export async function examineDisk(path: string, wanted?: Guarantee): Promise<Disk> {
  if (wanted === 'best-effort' || process.platform !== 'linux') return { guarantee: 'best-effort' };
  await using folder = await open(path, 'r');
  try {
    const isKnown = (await readlink(`/proc/self/fd/${folder.fd}`)) === path;
    if (!isKnown && wanted === undefined) return { guarantee: 'best-effort' };
    return { guarantee: 'descriptor', quickDisk: await findQuickDisk(folder) };
  } catch (error) {
    // No /proc here, as in some containers.
    if (codeOf(error) !== undefined) return { guarantee: wanted ?? 'best-effort' };
    throw error;
  }
}
