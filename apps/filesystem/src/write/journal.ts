import { constants } from 'node:fs';
import { type FileHandle, open, rename, unlink, utimes } from 'node:fs/promises';
import type { Root } from '../roots/root.ts';
import { openTrashFolder, type OwnFolder } from './own-folder.ts';
import { writeAll } from './commit-file.ts';

/** Where this process writes in one root, for the next process to clean up after a kill. */
export interface Journal extends AsyncDisposable {
  /** Returns once it is written down that there may be temporary files in a folder; disposing of the note takes it back. */
  note(names: readonly string[]): Promise<AsyncDisposable>;
  /** Says that this process still runs, to those that cannot ask. */
  touch(): Promise<void>;
}

const maxBytes = 262_144;
export const journalPrefix = 'journal-';

/** Opens the journal of a root in its trash. */
export async function openJournal(root: Root, ownerId: string): Promise<Journal> {
  const folder = await openTrashFolder(root);
  try {
    const name = `${journalPrefix}${ownerId}`;
    return new OpenJournal(folder, name, await open(folder.entry(name), createAnew, 0o600));
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}

const createAnew = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

class OpenJournal implements Journal {
  readonly #folder: OwnFolder;
  readonly #name: string;
  #handle: FileHandle;
  #bytes = 0;
  /** How many notes of a folder were not taken back yet. */
  readonly #open = new Map<string, number>();
  /** Folders that the file names. */
  #written = new Set<string>();
  #turn: Promise<void> = Promise.resolve();

  constructor(folder: OwnFolder, name: string, handle: FileHandle) {
    this.#folder = folder;
    this.#name = name;
    this.#handle = handle;
  }

  async note(names: readonly string[]): Promise<AsyncDisposable> {
    const line = JSON.stringify(names);
    this.#open.set(line, (this.#open.get(line) ?? 0) + 1);
    const takeBack = (): Promise<void> => {
      const left = (this.#open.get(line) ?? 1) - 1;
      if (left > 0) this.#open.set(line, left);
      else this.#open.delete(line);
      return Promise.resolve();
    };
    try {
      await this.#inTurn(async () => this.#write(line));
    } catch (error) {
      await takeBack();
      throw error;
    }
    return { [Symbol.asyncDispose]: takeBack };
  }

  async touch(): Promise<void> {
    await this.#inTurn(async () => {
      const now = new Date();
      await utimes(this.#folder.entry(this.#name), now, now);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inTurn(async () => {
      await this.#handle.close();
      await unlink(this.#folder.entry(this.#name));
      await this.#folder[Symbol.asyncDispose]();
    });
  }

  async #write(line: string): Promise<void> {
    if (this.#written.has(line)) return;
    if (this.#bytes > maxBytes) await this.#shorten();
    else await this.#append([line]);
  }

  /** Begins anew with the folders that are being written in, as one step. */
  async #shorten(): Promise<void> {
    const next = `${this.#name}.next`;
    const handle = await open(this.#folder.entry(next), createAnew, 0o600);
    const old = this.#handle;
    this.#handle = handle;
    this.#bytes = 0;
    this.#written = new Set();
    await this.#append([...this.#open.keys()]);
    await rename(this.#folder.entry(next), this.#folder.entry(this.#name));
    await old.close();
  }

  async #append(lines: readonly string[]): Promise<void> {
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    await writeAll(this.#handle, bytes);
    this.#bytes += bytes.length;
    for (const line of lines) this.#written.add(line);
  }

  async #inTurn(run: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(run);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
