import type { BigIntStats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { hasCode } from '../descriptor/code-of.ts';

/** What an entry of a pinned folder is, never what a link leads to; nothing when it is not there. */
export async function lookAt(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
}
