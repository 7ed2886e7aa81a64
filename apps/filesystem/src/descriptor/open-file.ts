import type { BigIntStats } from 'node:fs';
import type { Located } from '../roots/located.ts';
import { etagOf, type FileState } from './etag.ts';
import type { Pinned } from './open-pinned.ts';
import { pinKind } from './pin-kind.ts';
import type { ReadHandle } from './read-handle.ts';
import { telling } from './translate-failure.ts';

/** A regular file inside of a root to be read, whatever its path leads to meanwhile. */
export interface ReadableFile extends AsyncDisposable {
  /** Says what a read failed of, as {@link openFile} does. */
  readonly handle: Pick<ReadHandle, 'read'>;
  /** As it was when it was opened. */
  readonly stats: FileState;
  readonly etag: string;
  readonly located: Located;
  /** From the root on, over no link; `located.names` is what was asked. */
  readonly names: readonly string[];
}

/** A {@link ReadableFile} that is open. */
export interface PinnedFile extends ReadableFile {
  readonly stats: BigIntStats;
}

/**
 * Opens a regular file to read. Links are followed within the roots.
 *
 * @throws AppError `NOT_FOUND` for what is not there and for what is outside, `INVALID_INPUT` naming the kind for what is no file,
 * `DENIED` for a file that the system does not let this server read.
 */
export async function openFile(located: Located, { signal }: { readonly signal?: AbortSignal } = {}): Promise<PinnedFile> {
  signal?.throwIfAborted();
  return openPinnedFile(await pinKind(located, 'file'));
}

/** Opens a pinned file to read, and lets the pin go. */
export async function openPinnedFile(pinned: Pinned): Promise<PinnedFile> {
  const { located, stats, names } = pinned;
  const place = { ...located, names };
  const open = await telling(place, () => pinned.pin.openFile());
  const handle: PinnedFile['handle'] = { read: async (...request) => telling(place, async () => open.read(...request)) };
  return { handle, stats, names, located, etag: etagOf(stats), [Symbol.asyncDispose]: async () => open.close() };
}
