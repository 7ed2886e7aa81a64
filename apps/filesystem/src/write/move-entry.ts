import { type BigIntStats, constants } from 'node:fs';
import { access, rename, unlink } from 'node:fs/promises';
import { AppError } from '@trellis-mcp/errors';
import type { Call } from '@trellis-mcp/server';
import type { Deps } from '../deps.ts';
import { etagOf } from '../descriptor/etag.ts';
import { kindOf } from '../descriptor/file-kind.ts';
import { hasCode } from '../descriptor/code-of.ts';
import { missing } from '../descriptor/missing.ts';
import { openFile } from '../descriptor/open-file.ts';
import { refuseKind } from '../descriptor/refuse-kind.ts';
import { quote } from '../roots/located.ts';
import { confirm } from './confirm.ts';
import { copyInto, type Placing } from './copy-entry.ts';
import { lookAt } from './look-at.ts';
import type { Writer } from './open-writer.ts';
import { placeEntry } from './place-entry.ts';
import { assertNoRoot, surveyTree } from './survey-tree.ts';
import { syncFolder } from './sync-folder.ts';
import { changed, findEntry, namesOf, openTarget, type Target } from './target.ts';
import { alreadyThere, writing } from './writing.ts';

/** Moves a file, a link as a link, or a folder; asks before a file is replaced, and replaces no folder. Returns the etag of a file. */
export async function moveEntry({ from, to, overwrite }: Placing, call: Call<Deps>): Promise<string | undefined> {
  const { deps, signal } = call;
  await using source = await openTarget(from);
  await using target = await openTarget(to);
  if (source.key === target.key) throw new AppError('INVALID_INPUT', `${quote(to)} is where it is already.`);
  const moved = await assertMovable(source, call);
  const isAsked = await askToReplace(target, { moved, overwrite, call });
  return await deps.writer.locks.hold([source.key, target.key], signal, async () => {
    const old = await findEntry(target);
    if (old !== undefined && !isAsked) throw alreadyThere(to);
    await writing(to, async () => place({ source, target, moved, old }, call));
    await deps.writer.syncing(async () => syncFolder(target.directory.handle));
    await deps.writer.syncing(async () => syncFolder(source.directory.handle));
    const stats = await findEntry(target);
    return stats?.isFile() === true ? etagOf(stats) : undefined;
  });
}

async function assertMovable(source: Target, { deps, signal }: Pick<Call<Deps>, 'deps' | 'signal'>): Promise<BigIntStats> {
  const { located } = source;
  const stats = await findEntry(source);
  if (stats === undefined) throw missing(located);
  const kind = kindOf(stats);
  if (kind !== 'file' && kind !== 'directory' && kind !== 'symlink') throw refuseKind(located, kind);
  if (kind !== 'directory') return stats;
  assertNoRoot(source, deps.roots.list());
  // What is hidden by its path would not be at another one.
  const survey = { ...deps.limits, roots: deps.roots.list(), signal };
  if (located.root.excludes.patterns.length > 0) await writing(located, async () => surveyTree(source, survey));
  return stats;
}

interface Replacing {
  readonly moved: BigIntStats;
  readonly overwrite: boolean;
  readonly call: Call<Deps>;
}

/** @returns Whether there is a file or link, and the user agreed to lose it. */
async function askToReplace(target: Target, { moved, overwrite, call }: Replacing): Promise<boolean> {
  const { located } = target;
  const old = await findEntry(target);
  if (old === undefined) return false;
  // Two spellings of one entry, as where upper and lower case are the same: nothing is replaced.
  if (etagOf(old) === etagOf(moved) && !hasTwoNames(old)) return true;
  if (!overwrite) throw alreadyThere(located);
  if (old.isDirectory() || moved.isDirectory()) {
    throw new AppError('CONFLICT', `${quote(located)} exists already; folders neither replace nor are replaced.`, {
      hint: 'Delete it first.',
    });
  }
  await confirm(call, `Replace ${quote(located)}?`);
  return true;
}

function hasTwoNames(stats: BigIntStats): boolean {
  return !stats.isDirectory() && stats.nlink > 1n;
}

interface Place {
  readonly source: Target;
  readonly target: Target;
  readonly moved: BigIntStats;
  /** What is replaced. */
  readonly old: BigIntStats | undefined;
}

async function place({ source, target, moved, old }: Place, call: Pick<Call<Deps>, 'deps' | 'signal'>): Promise<void> {
  try {
    if (old === undefined) await placeEntry(source.path, target, async () => announceMove(source, target, call.deps.writer));
    // Two names of one file: the system would leave both.
    else if (old.dev === moved.dev && old.ino === moved.ino && hasTwoNames(old)) await unlink(source.path);
    else await rename(source.path, target.path);
  } catch (error) {
    if (!hasCode(error, 'EXDEV') || !moved.isFile()) throw error;
    await moveFar({ source, target, moved, old }, call);
  }
}

/** Each journal knows its own root alone: between two roots, a kill can leave both names. */
async function announceMove(source: Target, target: Target, writer: Writer): Promise<AsyncDisposable> {
  const { root } = source.located;
  if (root !== target.located.root) return writer.announce(target.directory);
  return writer.note(root, { kind: 'move', from: namesOf(source), to: namesOf(target) });
}

/** To another file system: the copy is in its place before the file goes, and the file goes only when it is still the one that was copied. */
async function moveFar({ source, target, old }: Place, { deps, signal }: Pick<Call<Deps>, 'deps' | 'signal'>): Promise<void> {
  const { located, directory } = source;
  await writing(located, async () => access(directory.fdPath, constants.W_OK));
  await using file = await openFile({ ...located, names: namesOf(source) }, { signal });
  const etag = await copyInto(target, file, { deps, signal, replaces: old?.isFile() === true ? old : undefined });
  try {
    await writing(located, async () => unlinkCopied(source, file.etag));
  } catch (error) {
    const copy = await lookAt(target.path);
    if (old === undefined && copy !== undefined && etagOf(copy) === etag) await unlink(target.path);
    throw error;
  }
}

async function unlinkCopied({ located, path }: Target, etag: string): Promise<void> {
  const now = await lookAt(path);
  if (now !== undefined && etagOf(now) !== etag) throw changed(located, etagOf(now));
  if (now !== undefined) await unlink(path);
}
