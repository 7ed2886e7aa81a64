import { open, readlink } from 'node:fs/promises';
import { codeOf } from '../descriptor/code-of.ts';
import type { Guarantee } from './root.ts';

/** What the system can tell of what is open below a folder. Default for `wanted`: the best that it can give. */
export async function findGuarantee(path: string, wanted?: Guarantee): Promise<Guarantee> {
  if (wanted !== undefined || process.platform !== 'linux') return wanted ?? 'best-effort';
  await using folder = await open(path, 'r');
  try {
    return (await readlink(`/proc/self/fd/${folder.fd}`)) === path ? 'descriptor' : 'best-effort';
  } catch (error) {
    // No /proc here, as in some containers.
    if (codeOf(error) !== undefined) return 'best-effort';
    throw error;
  }
}
