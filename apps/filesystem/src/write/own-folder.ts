import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, opendir, writeFile } from 'node:fs/promises';
import { hasCode } from '../descriptor/code-of.ts';
import { openDirectory, type PinnedDirectory } from '../descriptor/open-directory.ts';
import type { Root } from '../roots/root.ts';
import { trashName } from '../roots/reserved.ts';

/** An open folder whose place nobody judged: one of this server's own, or one below a pinned folder. */
export interface OwnFolder extends AsyncDisposable {
  readonly handle: FileHandle;
  readonly fdPath: string;
  entry(name: string): string;
}

/** An entry of a folder, by the bytes of its name, which need not be text. */
export interface RawEntry {
  readonly path: Buffer;
  /** The bytes of the name. */
  readonly bytes: Buffer;
}

const folderOnly = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Opens a folder; its last name is never a link. */
export async function openOwnFolder(path: string | Buffer, { guarantee }: Root): Promise<OwnFolder> {
  const handle = await open(path, folderOnly);
  const fdPath = guarantee === 'descriptor' ? `/proc/self/fd/${handle.fd}` : path.toString();
  return { handle, fdPath, entry: (name) => `${fdPath}/${name}`, [Symbol.asyncDispose]: async () => handle.close() };
}

/** Lists a folder in no order, a few names at a time. */
export async function* listEntries({ fdPath }: Pick<OwnFolder, 'fdPath'>): AsyncGenerator<RawEntry> {
  // As Latin-1 every byte of a name is a character.
  for await (const { name } of await opendir(`${fdPath}/.`, { encoding: 'latin1' })) {
    const bytes = Buffer.from(name, 'latin1');
    yield { bytes, path: Buffer.concat([Buffer.from(`${fdPath}/`), bytes]) };
  }
}

/**
 * Reads the beginning of a file of this server's own as text. Whoever can write in the root can put anything in its place: a FIFO is not
 * waited for, and a large file not read whole.
 */
export async function readOwnFile(path: string, maxBytes: number): Promise<string> {
  await using handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const stats = await handle.stat();
  if (!stats.isFile()) return '';
  const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(Math.min(maxBytes, stats.size)), position: 0 });
  return buffer.toString('utf8', 0, bytesRead);
}

/**
 * Opens the trash of a root, if there is one.
 *
 * @throws AppError `NOT_FOUND` when the root is not where it was.
 */
export async function findTrashFolder(root: Root): Promise<OwnFolder | undefined> {
  await using top = await openTop(root);
  return await findTrash(top);
}

/** Opens the trash of a root, made at first use, for nobody else to look into and for no version control to see. */
export async function openTrashFolder(root: Root): Promise<OwnFolder> {
  await using top = await openTop(root);
  const known = await findTrash(top);
  if (known !== undefined) return known;
  try {
    await mkdir(top.entry(trashName), { mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  const trash = await openOwnFolder(top.entry(trashName), root);
  try {
    await writeFile(trash.entry(ignoreName), '*\n', { flag: 'wx' });
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return trash;
    await trash[Symbol.asyncDispose]();
    throw error;
  }
  return trash;
}

/** Pins the root itself: its path may lead to another place by now. */
export async function openTop(root: Root): Promise<PinnedDirectory> {
  return openDirectory({ root, names: [], shown: '.' });
}

async function findTrash(top: PinnedDirectory): Promise<OwnFolder | undefined> {
  try {
    return await openOwnFolder(top.entry(trashName), top.located.root);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Says in the trash that version control has no business there. */
export const ignoreName = '.gitignore';
