import { closeSync, openSync, readSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { codeOf } from './code-of.ts';

/** A mount, as the system numbers it; the number is given again when the mount is gone. */
export type MountId = string;

/**
 * File systems of Linux (`statfs`) that are on this machine and keep in memory what can be asked of an open file, so that asking waits for
 * nothing: ext2 to ext4, XFS, Btrfs and tmpfs. Not overlayfs, below which anything may lie, and none where another machine or program answers.
 */
const quickTypes: ReadonlySet<number> = new Set([0xef_53, 0x58_46_53_42, 0x91_23_68_3e, 0x01_02_19_94]);

/** The mount of an open folder, when its file system is a quick one. */
export async function findQuickDisk({ fd }: { readonly fd: number }): Promise<MountId | undefined> {
  try {
    const { type } = await statfs(`/proc/self/fd/${fd}`);
    return quickTypes.has(type) ? mountOf(fd) : undefined;
  } catch (error) {
    if (codeOf(error) !== undefined) return undefined;
    throw error;
  }
}

/** Whether what is open is on that mount, and not on another one below. The kernel knows; no file system is asked. */
export function isOnQuickDisk(fd: number, quickDisk: MountId | undefined): boolean {
  return quickDisk !== undefined && mountOf(fd) === quickDisk;
}

/** The beginning of what the system says of a descriptor: its place, its flags, its mount. */
const said = Buffer.alloc(256);

function mountOf(fd: number): MountId | undefined {
  try {
    const length = readInfo(`/proc/self/fdinfo/${fd}`);
    return /^mnt_id:\s*(\d+)$/m.exec(said.toString('latin1', 0, length))?.[1];
  } catch (error) {
    // Too many files are open, or there is no such /proc: the slow way is always there.
    if (codeOf(error) !== undefined) return undefined;
    throw error;
  }
}

function readInfo(path: string): number {
  /* eslint-disable trellis/no-sync-calls -- it lies in the memory of the kernel, and one turn of a thread costs more than all three */
  const info = openSync(path, 'r');
  try {
    return readSync(info, said);
  } finally {
    closeSync(info);
  }
  /* eslint-enable trellis/no-sync-calls */
}
