import { constants } from 'node:fs';
import { type FileHandle, open, rename, unlink, utimes } from 'node:fs/promises';
import type { Root } from '../roots/root.ts';
import { writeAll } from './commit-file.ts';
import type { JournalNote } from './journal-note.ts';
import { openTrashFolder, type OwnFolder } from './own-folder.ts';

/** What this process is about to do in one root. */
export interface Journal extends AsyncDisposable {
  /** Returns once the note is written down; disposing of it takes it back. */
  note(note: JournalNote): Promise<AsyncDisposable>;
  /** Says that this process still runs, to those that cannot ask. */
  touch(): Promise<void>;
}

const maxBytes = 262_144;
export const journalPrefix = 'journal-';
const createAnew = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

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

class OpenJournal implements Journal {
  readonly #folder: OwnFolder;
  readonly #name: string;
  #handle: FileHandle;
  #bytes = 0;
  /** How often each note was made and not taken back. */
  readonly #open = new Map<string, number>();
  /** Notes in the file. One of a folder stays there, since the next change will be in the same folder. */
  #written = new Set<string>();
  #turn: Promise<void> = Promise.resolve();

  constructor(folder: OwnFolder, name: string, handle: FileHandle) {
    this.#folder = folder;
    this.#name = name;
    this.#handle = handle;
  }

  async note(note: JournalNote): Promise<AsyncDisposable> {
    const json = JSON.stringify(note);
    this.#open.set(json, (this.#open.get(json) ?? 0) + 1);
    const takeBack = async (): Promise<void> => {
      const left = (this.#open.get(json) ?? 1) - 1;
      if (left > 0) this.#open.set(json, left);
      else this.#open.delete(json);
      if (left === 0 && note.kind !== 'folder') await this.#inTurn(async () => this.#strike(json));
    };
    try {
      await this.#inTurn(async () => this.#write(json));
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
      await using folder = this.#folder;
      await this.#handle.close();
      // What a stop has cut off is swept by the next start.
      if (this.#open.size === 0) await unlink(folder.entry(this.#name));
    });
  }

  async #write(json: string): Promise<void> {
    if (this.#written.has(json)) return;
    if (this.#bytes > maxBytes) await this.#shorten();
    if (this.#written.has(json)) return;
    await this.#append(`+${json}\n`);
    this.#written.add(json);
  }

  async #strike(json: string): Promise<void> {
    // It was noted again meanwhile, or never written.
    if (this.#open.has(json) || !this.#written.delete(json)) return;
    await this.#append(`-${json}\n`);
  }

  /** Begins anew with the notes that are open, as one step. */
  async #shorten(): Promise<void> {
    const next = this.#folder.entry(`${this.#name}.next`);
    const old = this.#handle;
    this.#handle = await open(next, createAnew, 0o600);
    await old.close();
    this.#bytes = 0;
    this.#written = new Set(this.#open.keys());
    for (const json of this.#written) await this.#append(`+${json}\n`);
    await rename(next, this.#folder.entry(this.#name));
  }

  async #append(line: string): Promise<void> {
    const bytes = Buffer.from(line);
    await writeAll(this.#handle, bytes);
    this.#bytes += bytes.length;
  }

  async #inTurn(run: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(run);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
