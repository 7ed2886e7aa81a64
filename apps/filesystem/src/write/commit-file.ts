import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, link, open, rename, unlink } from 'node:fs/promises';
import { AppError } from '@trellis-mcp/errors';
import { etagOf } from '../descriptor/etag.ts';
import { hasCode } from '../descriptor/code-of.ts';
import { missing } from '../descriptor/missing.ts';
import { lookAt } from './look-at.ts';
import type { Writer } from './open-writer.ts';
import { syncFolder } from './sync-folder.ts';
import { changed, type Target } from './target.ts';
import { alreadyThere, writing } from './writing.ts';

/** A file to be written. */
export interface NewFile {
  /** The file that is replaced; its mode and owner stay. Absent: there must be none. */
  readonly replaces?: BigIntStats | undefined;
  /** Mode of a file that replaces none, before the process's mask. Default: 0o666. */
  readonly mode?: number;
  /** Writes the content. */
  fill(handle: FileHandle): Promise<void>;
}

/**
 * Writes a file whole: beside its place under a name of this server's own, to the disk, then into its place in one step. Whatever ends this
 * in between, the old file or the new one is there. The caller holds the lock of the target.
 *
 * Another process can change the file between the last look at its etag and the step after it; that change is lost.
 *
 * @returns The new etag.
 * @throws AppError `CONFLICT` when the file is another than `replaces` by now, or one is there; nothing is left behind then.
 */
export async function commitFile(target: Target, writer: Writer, file: NewFile): Promise<string> {
  const { directory, located } = target;
  return writing(located, async () => {
    await using note = await writer.announce(directory);
    const temporary = directory.entry(note.name);
    await using handle = await open(temporary, createNew, file.replaces === undefined ? (file.mode ?? 0o666) : 0o600);
    let isInPlace = false;
    try {
      await file.fill(handle);
      if (file.replaces !== undefined) await keepRights(handle, file.replaces);
      await writer.syncing(async () => handle.sync());
      isInPlace = await (file.replaces === undefined ? create(target, temporary) : replace(target, temporary, file.replaces));
    } finally {
      if (!isInPlace) await unlink(temporary);
    }
    await writer.syncing(async () => syncFolder(directory.handle));
    return etagOf(await handle.stat({ bigint: true }));
  });
}

const createNew = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** @returns Whether the name of the temporary file is used up. */
async function create({ located, path }: Target, temporary: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return false;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) throw alreadyThere(located, error);
    if (!hasCode(error, ...withoutLinks)) throw error;
  }
  // A file system without hard links has no step that creates and never replaces: another process can be in between here.
  if ((await lookAt(path)) !== undefined) throw alreadyThere(located);
  await rename(temporary, path);
  return true;
}

/** What file systems without hard links answer, and kernels that protect those of others. */
export const withoutLinks = ['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

async function replace({ located, path }: Target, temporary: string, old: BigIntStats): Promise<boolean> {
  const now = await lookAt(path);
  if (now === undefined) throw missing(located);
  if (etagOf(now) !== etagOf(old)) throw changed(located, etagOf(now));
  await rename(temporary, path);
  return true;
}

/** The new file belongs to whom the old one did and allows what it did; where it cannot have its group, the group gets no more than all others. */
async function keepRights(handle: FileHandle, { uid, gid, mode }: BigIntStats): Promise<void> {
  const own = await handle.stat({ bigint: true });
  let rights = Number(mode) & 0o777;
  if (own.uid !== uid || own.gid !== gid) {
    try {
      await handle.chown(Number(uid), Number(gid));
    } catch (error) {
      if (!hasCode(error, 'EPERM', 'EINVAL', 'ENOSYS')) throw error;
      rights &= own.gid === gid ? 0o777 : 0o707 | ((rights & 0o007) << 3);
    }
  }
  await handle.chmod(rights);
}

/** Writes all of `bytes`. */
export async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at);
    if (bytesWritten === 0) throw new AppError('UPSTREAM', 'The file system took no more bytes.', { retryable: true });
    at += bytesWritten;
  }
}
