import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Located } from '../roots/located.ts';
import { judgePlace, type Opened } from './judge-place.ts';

/** What {@link openPinned} returns. */
export interface Pinned extends Opened, AsyncDisposable {
  readonly located: Located;
  /** From the root on, over no link. */
  readonly names: readonly string[];
}

/** What {@link openPinned} may be told. */
export interface OpenPinnedOptions {
  /** Default: the names below the root. */
  readonly path?: string;
  /** `O_DIRECTORY`, `O_NOFOLLOW`. Default: none. */
  readonly flags?: number;
}

/** Linux: gives a descriptor without opening what it stands for, so that nobody outside notices and nothing waits. Node has no name for it. */
const byPath = 0o10_000_000;

/** Never waits for the other end of a FIFO or a terminal, and takes no terminal over. Undefined on Windows, which counts as 0. */
const careful = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Pins what a path leads to, then judges where that is. The path is used this once; {@link openToRead} opens what was pinned.
 *
 * @throws AppError `NOT_FOUND` for every place that is not served, and errors of the system as they are.
 */
export async function openPinned(located: Located, { path, flags = 0 }: OpenPinnedOptions = {}): Promise<Pinned> {
  const { root } = located;
  const mode = root.guarantee === 'descriptor' ? byPath : careful;
  const handle = await open(path ?? join(root.path, ...located.names), mode | flags);
  try {
    const stats = await handle.stat({ bigint: true });
    const names = await judgePlace(located, { handle, stats });
    return { handle, stats, names, located, [Symbol.asyncDispose]: async () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Opens the very thing that was pinned, which is a file or a folder, and lets the pin go. */
export async function openToRead({ handle, located }: Pinned): Promise<FileHandle> {
  if (located.root.guarantee !== 'descriptor') return handle;
  try {
    return await open(pathOf(handle), careful);
  } finally {
    await handle.close();
  }
}

/** An open descriptor as a path of this process. */
export function pathOf({ fd }: FileHandle): string {
  return `/proc/self/fd/${fd}`;
}
