import { join } from 'node:path';
import type { Located } from '../roots/located.ts';
import { judgePlace, type Opened } from './judge-place.ts';
import { openPin } from './open-pin.ts';

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

/**
 * Pins what a path leads to, then judges where that is. The path is used this once; `pin.openFile` and `pin.openFolder` open what was pinned.
 *
 * @throws AppError `NOT_FOUND` for every place that is not served, and errors of the system as they are.
 */
export async function openPinned(located: Located, { path, flags = 0 }: OpenPinnedOptions = {}): Promise<Pinned> {
  const { root } = located;
  const pin = await openPin(path ?? join(root.path, ...located.names), { root, flags });
  try {
    const stats = await pin.stat();
    const names = await judgePlace(located, { pin, stats });
    return { pin, stats, names, located, [Symbol.asyncDispose]: async () => pin.close() };
  } catch (error) {
    await pin.close();
    throw error;
  }
}
