import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Located } from '../roots/located.ts';
import { judgePlace, type Opened } from './judge-place.ts';

/** What {@link openPinned} returns. */
export interface Pinned extends Opened {
  /** From the root on, over no link. */
  readonly names: readonly string[];
}

/** What {@link openPinned} may be told. */
export interface OpenPinnedOptions {
  /** Default: the names below the root. */
  readonly path?: string;
  /** Beside read-only and non-blocking. Default: none. */
  readonly flags?: number;
}

/** Never waits for the other end of a FIFO or a terminal, and takes no terminal over. Undefined on Windows, which counts as 0. */
const careful = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Opens what a path leads to, then judges what was opened. The path is used this once.
 *
 * @throws AppError `NOT_FOUND` for every place that is not served, and errors of the system as they are.
 */
export async function openPinned(located: Located, { path, flags = 0 }: OpenPinnedOptions = {}): Promise<Pinned> {
  const handle = await open(path ?? join(located.root.path, ...located.names), careful | flags);
  try {
    const stats = await handle.stat({ bigint: true });
    const names = await judgePlace(located, { handle, stats });
    return { handle, stats, names };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
