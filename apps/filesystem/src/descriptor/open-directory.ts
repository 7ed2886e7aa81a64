import { type BigIntStats, constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Located } from '../roots/located.ts';
import { pathOf } from './open-flags.ts';
import type { Pinned } from './open-pinned.ts';
import { pinKind } from './pin-kind.ts';
import { telling } from './translate-failure.ts';

/** An open folder inside of a root, whatever its path leads to meanwhile. */
export interface PinnedDirectory extends AsyncDisposable {
  /**
   * The open folder as a path of this process, `/proc/self/fd/N`. Another process reads it as `/proc/PID/fd/N`. Where the guarantee is
   * `best-effort`, a plain path.
   */
  readonly fdPath: string;
  /** Where the entry `name` is; `name` is one part of a path, from the folder or through the gate. */
  entry(name: string): string;
  readonly located: Located;
  /** From the root on, over no link. */
  readonly names: readonly string[];
  readonly handle: FileHandle;
  /** As it was when it was opened. */
  readonly stats: BigIntStats;
}

/**
 * Opens a folder. Links are followed within the roots.
 *
 * @throws AppError `NOT_FOUND` for what is not there, no folder on the way, or outside, `INVALID_INPUT` for what is no folder.
 */
export async function openDirectory(located: Located): Promise<PinnedDirectory> {
  return openPinnedDirectory(await pinKind(located, 'directory'));
}

/**
 * Opens a folder by its name in an open one, for walks: never over a link.
 *
 * @throws AppError `NOT_FOUND` for what is no folder any more.
 */
export async function openChild(parent: PinnedDirectory, child: Located): Promise<PinnedDirectory> {
  const name = child.names.at(-1) ?? '.';
  const flags = constants.O_DIRECTORY | constants.O_NOFOLLOW;
  return openPinnedDirectory(await pinKind(child, 'directory', { path: parent.entry(name), flags }));
}

/** Opens a pinned folder, and lets the pin go. */
export async function openPinnedDirectory(pinned: Pinned): Promise<PinnedDirectory> {
  const { located, names, stats } = pinned;
  const handle = await telling({ ...located, names }, () => pinned.pin.openFolder());
  const fdPath = located.root.guarantee === 'descriptor' ? pathOf(handle) : join(located.root.path, ...names);
  return {
    fdPath,
    entry: (name) => `${fdPath}/${name}`,
    located,
    names,
    handle,
    stats,
    [Symbol.asyncDispose]: async () => handle.close(),
  };
}
