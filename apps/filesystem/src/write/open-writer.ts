import type { Host } from '@trellis-mcp/server';
import type { Limits } from '../deps.ts';
import { hasCode } from '../descriptor/code-of.ts';
import type { PinnedDirectory } from '../descriptor/open-directory.ts';
import type { Roots } from '../roots/open-roots.ts';
import type { Root } from '../roots/root.ts';
import { openTrash, type Trash } from '../trash/open-trash.ts';
import { removeDoomed } from '../trash/remove-doomed.ts';
import { type Journal, openJournal } from './journal.ts';
import type { JournalNote } from './journal-note.ts';
import { createTemporaryName, findOwner, type Owner } from './owner.ts';
import { createPathLocks, type PathLocks } from './path-locks.ts';
import { dropEmptyTrash, sweep } from './sweep.ts';
import { createTurnstile } from './turnstile.ts';

/** What all changes of files share. */
export interface Writer {
  readonly locks: PathLocks;
  readonly trash: Trash;
  /** A name for a temporary entry of a folder; after a kill, the next start removes what has it. Dispose of it when nothing has it any more. */
  announce(directory: PinnedDirectory): Promise<AsyncDisposable & { readonly name: string }>;
  /** Writes down what the next start is to clean up after a kill, until it is disposed of. */
  note(root: Root, note: JournalNote): Promise<AsyncDisposable>;
  /** Waits for the disk; only so many at once, so that reads go on. */
  syncing(run: () => Promise<void>): Promise<void>;
}

/** What {@link openWriter} works with. */
export interface WriterOptions {
  readonly roots: Roots;
  readonly limits: Limits;
  readonly host: Pick<Host, 'lifecycle' | 'log' | 'now'>;
}

/** Node has four threads for files. */
const maxSyncs = 2;
const tidyMs = 300_000;

/** Opens what changes of files share. Where files may be written, it tidies at once and now and then. */
export async function openWriter(options: WriterOptions): Promise<Writer> {
  const { write } = options.limits;
  const writer = new OpenWriter(options, write ? await findOwner() : { id: '' });
  if (!write) return writer;
  writer.tidyAgain();
  const timer = setInterval(() => writer.tidyAgain(), tidyMs).unref();
  options.host.lifecycle.onClose('files that are written', async () => {
    clearInterval(timer);
    await writer.close();
  });
  return writer;
}

class OpenWriter implements Writer {
  readonly locks = createPathLocks();
  readonly trash: Trash;
  readonly syncing = createTurnstile(maxSyncs);
  readonly #options: WriterOptions;
  readonly #owner: Owner;
  readonly #stopping = new AbortController();
  readonly #journals = new Map<Root, Promise<Journal | undefined>>();
  #tidying: Promise<void> = Promise.resolve();

  constructor(options: WriterOptions, owner: Owner) {
    this.#options = options;
    this.#owner = owner;
    this.trash = openTrash({ ...options, signal: this.#stopping.signal });
  }

  async announce({ located, names }: PinnedDirectory): Promise<AsyncDisposable & { readonly name: string }> {
    const note = await this.note(located.root, { kind: 'folder', names });
    return { name: createTemporaryName(this.#owner), [Symbol.asyncDispose]: async () => note[Symbol.asyncDispose]() };
  }

  async note(root: Root, note: JournalNote): Promise<AsyncDisposable> {
    const journal = await this.#journalOf(root);
    return journal === undefined ? { [Symbol.asyncDispose]: () => Promise.resolve() } : journal.note(note);
  }

  /** Removes what a kill has left, and what the trash need not keep. */
  tidyAgain(): void {
    this.#tidying = this.#tidying.then(async () => {
      for (const root of this.#options.roots.list()) await this.#tidy(root);
    });
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#tidying;
    await this.trash.settle();
    for (const root of this.#options.roots.list()) {
      await this.#leave(root);
    }
  }

  async #leave(root: Root): Promise<void> {
    try {
      const journal = await this.#journals.get(root);
      await journal?.[Symbol.asyncDispose]();
      await dropEmptyTrash(root);
    } catch (error) {
      this.#options.host.log.warn({ err: error, root: root.name }, 'What the server kept at the top of the root could not be removed.');
    }
  }

  async #tidy(root: Root): Promise<void> {
    const { log, now } = this.#options.host;
    const { signal } = this.#stopping;
    try {
      await (await this.#journals.get(root))?.touch();
      await sweep(root, { now, signal, ownId: this.#owner.id });
      await this.trash.expire(root);
      await removeDoomed(root, signal);
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error, root: root.name }, 'What was left in the trash could not be removed.');
    }
  }

  async #journalOf(root: Root): Promise<Journal | undefined> {
    const known = this.#journals.get(root);
    if (known !== undefined) return known;
    const opening = this.#openJournal(root);
    this.#journals.set(root, opening);
    // After a failure the next change tries again.
    opening.catch(() => this.#journals.delete(root));
    return opening;
  }

  /** Where nothing can be made at the top of a root, files below it are written all the same. */
  async #openJournal(root: Root): Promise<Journal | undefined> {
    try {
      return await openJournal(root, this.#owner.id);
    } catch (error) {
      if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ELOOP')) throw error;
      const text = 'Nothing can be made at the top of the root: it has no trash, and a kill may leave temporary files.';
      this.#options.host.log.warn({ err: error, root: root.name }, text);
      return undefined;
    }
  }
}
