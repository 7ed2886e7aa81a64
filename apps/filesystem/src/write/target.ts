import type { BigIntStats } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { AppError } from '@trellis-mcp/errors';
import { etagOf } from '../descriptor/etag.ts';
import { kindOf } from '../descriptor/file-kind.ts';
import { missing } from '../descriptor/missing.ts';
import type { PinnedDirectory } from '../descriptor/open-directory.ts';
import { openFile } from '../descriptor/open-file.ts';
import { pinParent } from '../descriptor/pin-parent.ts';
import { refuseKind } from '../descriptor/refuse-kind.ts';
import { type Located, quote } from '../roots/located.ts';
import { lookAt } from './look-at.ts';
import { writing } from './writing.ts';

/** An entry that is about to change, in its pinned folder. It may be a link, or not be there. */
export interface Target extends AsyncDisposable {
  readonly located: Located;
  readonly directory: PinnedDirectory;
  readonly name: string;
  /** The entry under the descriptor of its folder. */
  readonly path: string;
  /** The same for every spelling of the entry. */
  readonly key: string;
}

/** The names that lead to an entry from its root, over no link. */
export function namesOf({ directory, name }: Target): readonly string[] {
  return [...directory.names, name];
}

/**
 * Pins the folder of an entry that is about to change.
 *
 * @throws AppError `DENIED` for a root, for what the operator hides and for a root that is read only, else as `openDirectory`.
 */
export async function openTarget(located: Located): Promise<Target> {
  if (!located.root.writable) {
    throw new AppError('DENIED', `${quote(located)} can only be read.`, { hint: 'An operator can start the server with --write.' });
  }
  const { directory, name } = await pinParent(located);
  const { dev, ino } = directory.stats;
  try {
    const names = [...directory.names, name];
    // The path was judged as it was spelled; behind links it has other names.
    if ([false, true].some((isDirectory) => located.root.excludes.hides(names, isDirectory))) throw missing(located);
  } catch (error) {
    await directory.handle.close();
    throw error;
  }
  return {
    located,
    directory,
    name,
    path: directory.entry(name),
    key: `${dev}:${ino}:${name}`,
    [Symbol.asyncDispose]: async () => directory.handle.close(),
  };
}

/**
 * As {@link openTarget}, for what writes into a file: over a link to a file inside of the roots, the entry is that file, and the link stays.
 *
 * @throws AppError `NOT_FOUND` also for a link that leads nowhere or outside.
 */
export async function openFileTarget(located: Located, signal: AbortSignal): Promise<Target> {
  const target = await openTarget(located);
  try {
    const stats = await findEntry(target);
    if (stats?.isSymbolicLink() !== true) return target;
    await using file = await openFile(located, { signal });
    await target[Symbol.asyncDispose]();
    return await openTarget({ ...located, names: file.names });
  } catch (error) {
    await target[Symbol.asyncDispose]();
    throw error;
  }
}

/** Looks at the entry itself, never at what a link leads to; nothing when it is not there. */
export async function findEntry({ located, path }: Target): Promise<BigIntStats | undefined> {
  return writing(located, async () => lookAt(path));
}

/**
 * Looks at a file that is about to be written; nothing when it is not there.
 *
 * @throws AppError `INVALID_INPUT` for what is no file, `DENIED` for a file with a second name, unless those may be written.
 */
export async function findFile(target: Target, { hardLinks }: { readonly hardLinks: boolean }): Promise<BigIntStats | undefined> {
  let stats = await findEntry(target);
  for (const ms of hardLinks ? [] : settlingMs) {
    if (stats?.isFile() !== true || stats.nlink === 1n) break;
    await setTimeout(ms);
    stats = await findEntry(target);
  }
  if (stats === undefined) return undefined;
  if (!stats.isFile()) throw refuseKind(target.located, kindOf(stats));
  if (stats.nlink > 1n && !hardLinks) {
    throw new AppError(
      'DENIED',
      `${quote(target.located)} has ${stats.nlink} names (hard links), one of which may lie outside of the roots.`,
      {
        hint: 'Copy it and change the copy. An operator can allow such files with --hard-links.',
      },
    );
  }
  return stats;
}

/** A file that a server like this one has just made or moved has a second name until its next step. */
const settlingMs = [5, 20, 100];

/**
 * Holds a file to the etag that the caller has read.
 *
 * @throws AppError `CONFLICT` with the current etag.
 */
export function assertMatch(located: Located, stats: BigIntStats, ifMatch: string | undefined): void {
  const etag = etagOf(stats);
  if (ifMatch === undefined || ifMatch === etag) return;
  throw changed(located, etag);
}

/** What to answer when a file is not the one that was read. */
export function changed(located: Located, etag: string): AppError {
  return new AppError('CONFLICT', `${quote(located)} has changed since it was read; its etag is ${etag} now.`, {
    hint: 'Read it again, then repeat the change with the new etag.',
    details: { etag },
  });
}
