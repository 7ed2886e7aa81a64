import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, opendir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../descriptor/judge-place.ts';
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

/** Opens the trash of a root, if there is one. */
export async function findTrashFolder(root: Root): Promise<OwnFolder | undefined> {
  try {
    return await openOwnFolder(join(root.path, trashName), root);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Opens the trash of a root, made at first use, for nobody else to look into and for no version control to see. */
export async function openTrashFolder(root: Root): Promise<OwnFolder> {
  const known = await findTrashFolder(root);
  if (known !== undefined) return known;
  try {
    await mkdir(join(root.path, trashName), { mode: 0o700 });
    await writeFile(join(root.path, trashName, ignoreName), '*\n', { flag: 'wx' });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  return openOwnFolder(join(root.path, trashName), root);
}

/** Says in the trash that version control has no business there. */
export const ignoreName = '.gitignore';
