import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm, utimes } from 'node:fs/promises';
import { hasCode } from '../descriptor/code-of.ts';
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
  const name = `${journalPrefix}${ownerId}`;
  return new OpenJournal(root, name, await createFile(root, name));
}

/** A file, and the folder that it is in. */
interface CreatedFile {
  readonly folder: OwnFolder;
  readonly handle: FileHandle;
}

async function createFile(root: Root, name: string): Promise<CreatedFile> {
  const folder = await openTrashFolder(root);
  try {
    return { folder, handle: await open(folder.entry(name), createAnew, 0o600) };
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}

class OpenJournal implements Journal {
  readonly #root: Root;
  readonly #name: string;
  #file: CreatedFile;
  #bytes = 0;
  /** How often each note was made and not taken back. */
  readonly #open = new Map<string, number>();
  /** Notes in the file. One of a folder stays there, since the next change will be in the same folder. */
  #written = new Set<string>();
  #turn: Promise<void> = Promise.resolve();

  constructor(root: Root, name: string, file: CreatedFile) {
    this.#root = root;
    this.#name = name;
    this.#file = file;
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
      try {
        await utimes(this.#file.folder.entry(this.#name), now, now);
      } catch (error) {
        // Somebody has emptied the trash by hand.
        if (!hasCode(error, 'ENOENT')) throw error;
        await this.#beginAnew();
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inTurn(async () => {
      await using folder = this.#file.folder;
      await this.#file.handle.close();
      // What a stop has cut off is swept by the next start.
      if (this.#open.size === 0) await rm(folder.entry(this.#name), { force: true });
    });
  }

  async #write(json: string): Promise<void> {
    if (this.#written.has(json)) return;
    if (this.#bytes > maxBytes) await this.#beginAnew();
    if (this.#written.has(json)) return;
    await this.#append(`+${json}\n`);
    this.#written.add(json);
  }

  async #strike(json: string): Promise<void> {
    // It was noted again meanwhile, or never written.
    if (this.#open.has(json) || !this.#written.delete(json)) return;
    await this.#append(`-${json}\n`);
  }

  /** Begins anew with the notes that are open, as one step, in the trash that is there now. */
  async #beginAnew(): Promise<void> {
    const name = `${this.#name}.next`;
    const old = this.#file;
    this.#file = await createFile(this.#root, name);
    await old.handle.close();
    await old.folder[Symbol.asyncDispose]();
    this.#bytes = 0;
    this.#written = new Set(this.#open.keys());
    for (const json of this.#written) await this.#append(`+${json}\n`);
    const { folder } = this.#file;
    await rename(folder.entry(name), folder.entry(this.#name));
  }

  async #append(line: string): Promise<void> {
    const bytes = Buffer.from(line);
    await writeAll(this.#file.handle, bytes);
    this.#bytes += bytes.length;
  }

  async #inTurn(run: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(run);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
