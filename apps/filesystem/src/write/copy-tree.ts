import { constants } from 'node:fs';
import { lstat, mkdir, open, readlink, rename, symlink } from 'node:fs/promises';
import { AppError } from '@trellis-mcp/errors';
import { hasCode } from '../descriptor/code-of.ts';
import type { PinnedDirectory } from '../descriptor/open-directory.ts';
import { careful } from '../descriptor/open-flags.ts';
import { telling } from '../descriptor/translate-failure.ts';
import { isReserved } from '../roots/reserved.ts';
import { locateEntry, quote } from '../roots/located.ts';
import { removeTree } from '../trash/remove-tree.ts';
import { type CopyBudget, copyBytes } from './copy-bytes.ts';
import { lookAt } from './look-at.ts';
import type { Writer } from './open-writer.ts';
import { listEntries, openOwnFolder, type OwnFolder, type RawEntry } from './own-folder.ts';
import { syncFolder } from './sync-folder.ts';
import type { Target } from './target.ts';
import { alreadyThere, writing } from './writing.ts';

/** What a copy of a folder is held to. */
export interface TreeBudget extends CopyBudget {
  readonly maxEntries: number;
  readonly maxDepth: number;
  /** Copied so far. */
  entries: number;
  /** Links that lead out of the folder, and what is neither file, folder nor link. */
  skipped: number;
}

/**
 * Copies a folder beside its place, then gives it its name in one step; whatever ends this in between leaves nothing in that place. Links stay
 * links when they lead to something in the folder. What is hidden from callers is not copied.
 */
export async function copyTree(
  source: PinnedDirectory,
  target: Target,
  { writer, budget }: { writer: Writer; budget: TreeBudget },
): Promise<void> {
  const { located, directory, path } = target;
  await writing(located, async () => {
    await using note = await writer.announce(directory);
    const temporary = directory.entry(note.name);
    await mkdir(temporary, { mode: whileCopied(source.stats.mode) });
    try {
      const copying = { source, target, budget, names: [] };
      await copyFolder({ from: source, to: temporary, mode: Number(source.stats.mode) }, copying);
      if ((await lookAt(path)) !== undefined) throw alreadyThere(located);
      await rename(temporary, path);
    } catch (error) {
      await removeTree(temporary, { root: located.root, signal: new AbortController().signal });
      throw error;
    }
    await writer.syncing(async () => syncFolder(directory.handle));
  });
}

interface Copying {
  readonly source: PinnedDirectory;
  readonly target: Target;
  readonly budget: TreeBudget;
  /** From the copied folder on. */
  readonly names: readonly string[];
}

interface FolderCopy {
  readonly from: Pick<OwnFolder, 'fdPath'>;
  /** Made already, and empty. */
  readonly to: string | Buffer;
  readonly mode: number;
}

async function copyFolder({ from, to, mode }: FolderCopy, copying: Copying): Promise<void> {
  const { source, target, budget, names } = copying;
  if (names.length > budget.maxDepth) throw tooMuch(copying, `folders deeper than ${budget.maxDepth}`, '--max-depth');
  await using folder = await openOwnFolder(to, target.located.root);
  for await (const entry of listEntries(from)) {
    budget.signal.throwIfAborted();
    const name = entry.bytes.toString();
    const stats = await lstat(entry.path).catch(ignoreGone);
    if (stats === undefined || isHidden(source, [...names, name], stats.isDirectory())) continue;
    budget.entries += 1;
    if (budget.entries > budget.maxEntries) throw tooMuch(copying, `more than ${budget.maxEntries} entries`, '--max-entries');
    const place = Buffer.concat([Buffer.from(`${folder.fdPath}/`), entry.bytes]);
    const next = { ...copying, names: [...names, name] };
    if (stats.isDirectory()) await copySubfolder(entry, { place, mode: stats.mode }, next);
    else if (stats.isFile()) await copyOne(entry, place, next);
    else if (!stats.isSymbolicLink() || !(await copyLink(entry, place, next))) budget.skipped += 1;
  }
  const { mode: masked } = await folder.handle.stat();
  if (whileCopied(mode) !== (mode & 0o777)) await folder.handle.chmod(masked & mode & 0o777);
}

/** Opens what is copied; nothing when it went meanwhile. */
async function openCopied<Opened>({ source, names }: Copying, open: () => Promise<Opened>): Promise<Opened | undefined> {
  const located = names.reduce(locateEntry, { ...source.located, names: source.names });
  return telling(located, async () => open().catch(ignoreGone));
}

async function copySubfolder(entry: RawEntry, { place, mode }: { place: Buffer; mode: number }, copying: Copying): Promise<void> {
  await using from = await openCopied(copying, async () => openOwnFolder(entry.path, copying.source.located.root));
  if (from === undefined) return;
  await mkdir(place, { mode: whileCopied(mode) });
  await copyFolder({ from, to: place, mode }, copying);
}

async function copyOne(entry: RawEntry, place: Buffer, copying: Copying): Promise<void> {
  const { target, budget } = copying;
  await using from = await openCopied(copying, async () => open(entry.path, careful | constants.O_NOFOLLOW));
  if (from === undefined) return;
  const stats = await from.stat();
  // It was exchanged for something that has no end.
  if (!stats.isFile())
    throw new AppError('CONFLICT', `${quote(target.located)} was not made: what it copies changes meanwhile.`, { hint: 'Try again.' });
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  await using to = await open(place, flags, stats.mode & 0o777);
  await copyBytes(from, to, { located: target.located, budget });
}

/** @returns False for a link out of the copied folder: elsewhere it would lead to another place. */
async function copyLink(entry: RawEntry, place: Buffer, { names }: Copying): Promise<boolean> {
  const to = await readlink(entry.path, { encoding: 'latin1' });
  let depth = names.length - 1;
  for (const name of to.split('/')) {
    if (name === '..') depth -= 1;
    else if (name !== '' && name !== '.') depth += 1;
    if (depth < 0) return false;
  }
  if (to.startsWith('/')) return false;
  await symlink(Buffer.from(to, 'latin1'), place);
  return true;
}

/** Mode of a folder that is being filled; the process's mask comes on top. */
function whileCopied(mode: number | bigint): number {
  return (Number(mode) & 0o777) | 0o700;
}

function isHidden({ located, names: above }: PinnedDirectory, names: readonly string[], isDirectory: boolean): boolean {
  return isReserved(names.at(-1) ?? '') || located.root.excludes.hides([...above, ...names], isDirectory);
}

function ignoreGone(error: unknown): undefined {
  if (!hasCode(error, 'ENOENT')) throw error;
}

function tooMuch({ source }: Copying, what: string, flag: string): AppError {
  return new AppError('LIMIT', `${quote(source.located)} holds ${what}.`, {
    hint: `Copy a part of it, or ask the operator for a larger ${flag}.`,
  });
}
