import type { BigIntStats } from 'node:fs';
import { AppError, isAppError } from '@trellis-mcp/errors';
import type { Call } from '@trellis-mcp/server';
import type { Deps } from '../deps.ts';
import { openDirectory, type PinnedDirectory } from '../descriptor/open-directory.ts';
import { openFile, type PinnedFile } from '../descriptor/open-file.ts';
import { type Located, quote } from '../roots/located.ts';
import { commitFile } from './commit-file.ts';
import { confirm } from './confirm.ts';
import { copyBytes } from './copy-bytes.ts';
import { copyTree } from './copy-tree.ts';
import { findEntry, findFile, openFileTarget, openTarget, type Target } from './target.ts';
import { tooLarge } from './too-large.ts';
import { alreadyThere } from './writing.ts';

/** Where something goes. */
export interface Placing {
  readonly from: Located;
  readonly to: Located;
  readonly overwrite: boolean;
}

/** What a copy has become. */
export interface CopyOutcome {
  /** Of a file. */
  readonly etag?: string;
  /** Of a folder: entries that were not copied. */
  readonly skipped?: number;
}

/** Copies a file, or a folder with what is in it; asks before a file is replaced, and replaces no folder. */
export async function copyEntry(placing: Placing, call: Call<Deps>): Promise<CopyOutcome> {
  await using source = await openSource(placing.from, call.signal);
  return 'etag' in source ? await copyFile(source, placing, call) : await copyFolder(source, placing.to, call);
}

async function openSource(located: Located, signal: AbortSignal): Promise<PinnedFile | PinnedDirectory> {
  try {
    return await openFile(located, { signal });
  } catch (error) {
    // Whatever is neither is refused there with its kind.
    if (isAppError(error) && error.code === 'INVALID_INPUT') return openDirectory(located);
    throw error;
  }
}

async function copyFile(source: PinnedFile, { to, overwrite }: Placing, call: Call<Deps>): Promise<CopyOutcome> {
  const { deps, signal } = call;
  const { limits, writer } = deps;
  if (source.stats.size > BigInt(limits.maxWriteBytes)) throw tooLarge(source.located, source.stats.size, limits.maxWriteBytes);
  await using target = await openFileTarget(to, signal);
  const isAsked = await askToReplace(target, { source: source.stats, overwrite, call });
  return await writer.locks.hold([target.key], signal, async () => {
    const replaces = await findFile(target, limits);
    if (replaces !== undefined && !isAsked) throw alreadyThere(to);
    const etag = await copyInto(target, source, { deps, signal, replaces });
    return { etag };
  });
}

/** Writes the content of an open file to a place; the caller holds the lock. */
export async function copyInto(
  target: Target,
  source: PinnedFile,
  { deps, signal, replaces }: { deps: Deps; signal: AbortSignal; replaces: BigIntStats | undefined },
): Promise<string> {
  const budget = { maxBytes: deps.limits.maxWriteBytes, bytes: 0, signal };
  return commitFile(target, deps.writer, {
    replaces,
    mode: Number(source.stats.mode) & 0o777,
    fill: async (handle) => copyBytes(source.handle, handle, { located: source.located, budget }),
  });
}

interface Replacing {
  readonly source: BigIntStats;
  readonly overwrite: boolean;
  readonly call: Call<Deps>;
}

/** @returns Whether there is a file, and the user agreed to lose it. */
async function askToReplace(target: Target, { source, overwrite, call }: Replacing): Promise<boolean> {
  const { located } = target;
  const { deps, signal } = call;
  const look = async (): Promise<BigIntStats | undefined> => (overwrite ? findFile(target, deps.limits) : findEntry(target));
  const old = await deps.writer.locks.hold([target.key], signal, look);
  if (old === undefined) return false;
  if (!overwrite) throw alreadyThere(located);
  if (old.dev === source.dev && old.ino === source.ino) throw new AppError('INVALID_INPUT', `${quote(located)} is the file itself.`);
  await confirm(call, `Replace all of the file ${quote(located)}?`);
  return true;
}

async function copyFolder(source: PinnedDirectory, to: Located, { deps, signal }: Call<Deps>): Promise<CopyOutcome> {
  const { limits, writer } = deps;
  await using target = await openTarget(to);
  if ((await findEntry(target)) !== undefined) throw alreadyThere(to);
  assertNotInside(source, target);
  const budget = { ...limits, maxBytes: limits.maxWriteBytes, bytes: 0, entries: 0, skipped: 0, signal };
  await writer.locks.hold([target.key], signal, async () => copyTree(source, target, { writer, budget }));
  return { skipped: budget.skipped };
}

function assertNotInside({ located, names }: PinnedDirectory, { directory, located: to }: Target): void {
  if (to.root !== located.root || !names.every((name, index) => directory.names[index] === name)) return;
  throw new AppError('INVALID_INPUT', `${quote(to)} is in the folder that would be copied.`, { hint: 'Take a place outside of it.' });
}
