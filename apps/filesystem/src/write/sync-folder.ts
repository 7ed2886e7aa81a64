import type { FileHandle } from 'node:fs/promises';
import { hasCode } from '../descriptor/code-of.ts';

/** Brings the names of a folder to the disk, where the file system can do that for folders. */
export async function syncFolder(folder: FileHandle): Promise<void> {
  try {
    await folder.sync();
  } catch (error) {
    if (!hasCode(error, 'EINVAL', 'EPERM', 'EBADF', 'ENOTSUP', 'ENOSYS')) throw error;
  }
}
