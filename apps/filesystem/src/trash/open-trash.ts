import { constants } from 'node:fs';
import { mkdir, open, rename, rmdir, unlink } from 'node:fs/promises';
import { AppError } from '@trellis-mcp/errors';
import type { Host } from '@trellis-mcp/server';
import type { Limits } from '../deps.ts';
import { hasCode } from '../descriptor/code-of.ts';
import { quote } from '../roots/located.ts';
import type { Root } from '../roots/root.ts';
import { writeAll } from '../write/commit-file.ts';
import { lookAt } from '../write/look-at.ts';
import { findTrashFolder, listEntries, openOwnFolder, openTrashFolder, type OwnFolder, readOwnFile } from '../write/own-folder.ts';
import { syncFolder } from '../write/sync-folder.ts';
import { namesOf, type Target } from '../write/target.ts';
import { doomedPrefix, removeDoomed } from './remove-doomed.ts';
import { readNames } from './read-names.ts';
import { createTrashId, readTrashId, type TrashId } from './trash-id.ts';

/** Something in the trash. */
export interface Trashed extends AsyncDisposable {
  readonly id: string;
  /** Where it was, from its root on. */
  readonly names: readonly string[];
  /** Where it is. */
  readonly path: string;
  /** Lets go of its place, once it was taken out. */
  forget(): Promise<void>;
}

/** The trash of every root, at the top of the root: what goes in stays on its file system. */
export interface Trash {
  /**
   * Moves an entry into the trash of its root in one step; the oldest go for good when there is no room. The caller holds the lock.
   *
   * @throws AppError `LIMIT` for what is larger than the trash, `DENIED` for what lies on another file system.
   */
  put(target: Target, bytes: number): Promise<string>;
  /** Finds what `put` has moved; nothing for an id that is unknown, expired, or of another root. */
  find(root: Root, trashId: string): Promise<Trashed | undefined>;
  /** Gives up what is too old or too much. */
  expire(root: Root): Promise<void>;
  /** Resolves when nothing is being removed. */
  settle(): Promise<void>;
}

/** What {@link openTrash} works with. */
export interface TrashOptions {
  readonly limits: Pick<Limits, 'trashMaxBytes' | 'trashTtlMs'>;
  readonly host: Pick<Host, 'log' | 'now'>;
  /** Ends what removes. */
  readonly signal: AbortSignal;
}

const infoName = 'info.json';
/** What was deleted, in its place in the trash. */
export const itemName = 'item';
const maxItems = 10_000;
const maxInfoBytes = 65_536;
/** What has no item for so long was left by a kill. */
const emptyMs = 60_000;

/** Makes the trash; nothing is on the disk before something is deleted. */
export function openTrash(options: TrashOptions): Trash {
  return new OpenTrash(options);
}

class OpenTrash implements Trash {
  readonly #limits: TrashOptions['limits'];
  readonly #host: TrashOptions['host'];
  readonly #signal: AbortSignal;
  #removing: Promise<void> = Promise.resolve();

  constructor({ limits, host, signal }: TrashOptions) {
    this.#limits = limits;
    this.#host = host;
    this.#signal = signal;
  }

  async put(target: Target, bytes: number): Promise<string> {
    const { located } = target;
    const { trashMaxBytes } = this.#limits;
    if (bytes > trashMaxBytes) {
      throw new AppError('LIMIT', `${quote(located)} has ${bytes} bytes; the trash holds ${trashMaxBytes}.`, {
        hint: 'Delete parts of it. An operator can raise --trash-max-bytes.',
        details: { limitBytes: trashMaxBytes, actualBytes: bytes },
      });
    }
    await using folder = await openTrashFolder(located.root);
    const id = createTrashId({ deletedAt: this.#host.now(), bytes });
    await mkdir(folder.entry(id), { mode: 0o700 });
    try {
      await using place = await openOwnFolder(folder.entry(id), located.root);
      await writeInfo(place, namesOf(target));
      await rename(target.path, place.entry(itemName));
      await syncFolder(place.handle);
    } catch (error) {
      await dropPlace(folder, id);
      throw hasCode(error, 'EXDEV') ? foreign(target, error) : error;
    }
    await syncFolder(target.directory.handle);
    // It is done, and its id is needed whatever becomes of the others.
    await this.expire(located.root).catch((error: unknown) => this.#warn(located.root, error));
    return id;
  }

  async find(root: Root, trashId: string): Promise<Trashed | undefined> {
    const id = readTrashId(trashId);
    if (id === undefined || this.#isOld(id)) return undefined;
    let folder: OwnFolder | undefined;
    let place: OwnFolder | undefined;
    let names: readonly string[] | undefined;
    const close = async (): Promise<void> => {
      await place?.[Symbol.asyncDispose]();
      await folder?.[Symbol.asyncDispose]();
    };
    try {
      const trash = (folder = await findTrashFolder(root));
      if (trash === undefined) return undefined;
      place = await openOwnFolder(trash.entry(trashId), root);
      names = await readInfo(place);
      if (names === undefined) return undefined;
      const forget = async (): Promise<void> => dropPlace(trash, trashId);
      return { id: trashId, names, path: place.entry(itemName), forget, [Symbol.asyncDispose]: close };
    } catch (error) {
      // What is there may be of another user, or of a checkout.
      if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES')) return undefined;
      throw error;
    } finally {
      if (names === undefined) await close();
    }
  }

  async expire(root: Root): Promise<void> {
    await using folder = await findTrashFolder(root);
    if (folder === undefined) return;
    const doomed = await this.#chooseDoomed(folder);
    for (const { id } of doomed) await renameIfThere(folder.entry(id), folder.entry(doomedPrefix + id));
    if (doomed.length > 0) this.#remove(root);
  }

  async settle(): Promise<void> {
    await this.#removing;
  }

  /** Removing takes long, and nobody waits for it. */
  #remove(root: Root): void {
    this.#removing = this.#removing.then(async () => removeDoomed(root, this.#signal)).catch((error: unknown) => this.#warn(root, error));
  }

  #warn(root: Root, error: unknown): void {
    if (!this.#signal.aborted) this.#host.log.warn({ err: error, root: root.name }, 'What the trash gave up could not be removed.');
  }

  async #chooseDoomed(folder: OwnFolder): Promise<readonly TrashId[]> {
    const items: TrashId[] = [];
    for await (const { bytes } of listEntries(folder)) {
      const item = readTrashId(bytes.toString());
      if (item !== undefined) items.push(item);
    }
    // A checkout can bring a trash: what says that it is yet to be deleted goes before all others, and what nobody could put there takes no room.
    const since = ({ deletedAt }: TrashId): number => (deletedAt > this.#host.now() ? 0 : deletedAt);
    items.sort((left, right) => since(right) - since(left));
    const doomed: TrashId[] = [];
    let total = 0;
    for (const [index, item] of items.entries()) {
      const isPossible = item.bytes <= this.#limits.trashMaxBytes;
      if (isPossible) total += item.bytes;
      if (!isPossible || index >= maxItems || total > this.#limits.trashMaxBytes || this.#isOld(item)) doomed.push(item);
      else if (this.#host.now() - item.deletedAt > emptyMs && (await lookAt(folder.entry(`${item.id}/${itemName}`))) === undefined)
        doomed.push(item);
    }
    return doomed;
  }

  #isOld({ deletedAt }: TrashId): boolean {
    return this.#host.now() - deletedAt >= this.#limits.trashTtlMs;
  }
}

async function writeInfo(place: OwnFolder, names: readonly string[]): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  await using handle = await open(place.entry(infoName), flags, 0o600);
  await writeAll(handle, Buffer.from(JSON.stringify(names)));
  await handle.sync();
}

async function readInfo(place: OwnFolder): Promise<readonly string[] | undefined> {
  const text = await readOwnFile(place.entry(infoName), maxInfoBytes);
  try {
    return readNames(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Removes the place of an item that is not in it. */
async function dropPlace(folder: OwnFolder, id: string): Promise<void> {
  try {
    await unlink(folder.entry(`${id}/${infoName}`));
    await rmdir(folder.entry(id));
  } catch (error) {
    // What is left is given up with the others.
    if (!hasCode(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) throw error;
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

function foreign({ located }: Target, cause: unknown): AppError {
  return new AppError('DENIED', `${quote(located)} lies on another file system than its root, so that the trash cannot take it.`, {
    hint: 'An operator can make a root of the folder that it is in.',
    cause,
  });
}
