import type { BigIntStats } from 'node:fs';
import { rmdir, unlink } from 'node:fs/promises';
import { hasCode } from '../descriptor/code-of.ts';
import type { Root } from '../roots/root.ts';
import { trashName } from '../roots/reserved.ts';
import { itemName } from '../trash/open-trash.ts';
import { removeTree } from '../trash/remove-tree.ts';
import { readTrashId } from '../trash/trash-id.ts';
import { dropTwin, openIfThere } from './drop-twin.ts';
import { type JournalNote, readOpenNotes } from './journal-note.ts';
import { journalPrefix } from './journal.ts';
import { lookAt } from './look-at.ts';
import { findTrashFolder, ignoreName, listEntries, openTop, type OwnFolder, readOwnFile } from './own-folder.ts';
import { findOwnerState, isOwnerId, isTemporaryOf } from './owner.ts';

/** What {@link sweep} is held to. */
export interface SweepOptions {
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** This process. */
  readonly ownId: string;
}

/** After this, a process of another machine that does not touch its journal is taken for gone. */
const silentMs = 1_800_000;
const maxJournalBytes = 1_048_576;
const maxJournals = 1000;

/** Removes the temporary files of processes that are gone: only in the folders that their journals name, only those of that process. */
export async function sweep(root: Root, options: SweepOptions): Promise<void> {
  await using folder = await findTrashFolder(root);
  if (folder === undefined) return;
  for (const name of await listJournals(folder)) {
    const id = name.slice(journalPrefix.length).replace(/\.next$/, '');
    if (id === options.ownId || !isOwnerId(id)) continue;
    const stats = await lookAt(folder.entry(name));
    // What a checkout brings may be anything.
    if (stats?.isFile() !== true || !(await isGone(id, stats, options))) continue;
    const settling = { root, folder, id, signal: options.signal };
    for (const note of readOpenNotes(await readOwnFile(folder.entry(name), maxJournalBytes))) await settle(note, settling);
    await unlink(folder.entry(name));
  }
}

/** Removes a trash that holds nothing, as when this server goes. */
export async function dropEmptyTrash(root: Root): Promise<void> {
  await using top = await openTop(root);
  await using folder = await findTrashFolder(root);
  if (folder === undefined) return;
  for await (const { bytes } of listEntries(folder)) if (bytes.toString() !== ignoreName) return;
  try {
    await unlink(folder.entry(ignoreName));
    await rmdir(top.entry(trashName));
  } catch (error) {
    // Another process has begun to use it, or has removed it.
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) throw error;
  }
}

async function listJournals(folder: OwnFolder): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { bytes } of listEntries(folder)) {
    const name = bytes.toString();
    if (name.startsWith(journalPrefix)) names.push(name);
    if (names.length === maxJournals) break;
  }
  return names;
}

async function isGone(id: string, { mtimeMs }: BigIntStats, { now }: SweepOptions): Promise<boolean> {
  const state = await findOwnerState(id);
  return state === 'unknown' ? now() - Number(mtimeMs) > silentMs : state === 'gone';
}

async function settle(note: JournalNote, { root, folder, id, signal }: Settling): Promise<void> {
  if (note.kind === 'folder') await sweepFolder(root, { names: note.names, id, signal });
  else if (note.kind === 'move') await dropTwin({ root, from: note.from, to: note.to });
  else if (readTrashId(note.trashId) !== undefined)
    await dropTwin({ root, from: folder.entry(`${note.trashId}/${itemName}`), to: note.to });
}

interface Settling {
  readonly root: Root;
  /** The trash. */
  readonly folder: OwnFolder;
  /** Of the owner that is gone. */
  readonly id: string;
  readonly signal: AbortSignal;
}

async function sweepFolder(
  root: Root,
  { names, id, signal }: { names: readonly string[]; id: string; signal: AbortSignal },
): Promise<void> {
  await using directory = await openIfThere(root, names);
  if (directory === undefined) return;
  for await (const { bytes, path } of listEntries(directory)) {
    signal.throwIfAborted();
    if (isTemporaryOf(id, bytes.toString())) await removeTree(path, { root, signal });
  }
}
