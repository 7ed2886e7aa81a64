import type { Host } from '@trellis-mcp/server';
import type { Located } from '../roots/located.ts';
import { watchFolder, type WatchedFolder } from './watched-folder.ts';

interface Listener {
  /** The entry; '' for the folder and all that is in it. */
  readonly name: string;
  readonly onChange: () => void;
}

interface Shared {
  readonly listeners: Set<Listener>;
  folder: WatchedFolder | undefined;
}

/**
 * The system's watches, at most so many. Folders are watched rather than files, since editors put a new file in the place of the old one, and
 * each of them once, whoever asks.
 */
export class FolderWatches {
  readonly #maxWatches: number;
  readonly #log: Pick<Host['log'], 'debug'>;
  readonly #open = new Map<string, Shared>();

  constructor(maxWatches: number, log: Pick<Host['log'], 'debug'>) {
    this.#maxWatches = maxWatches;
    this.#log = log;
  }

  /** Calls `onChange` when the entry may have changed, until the returned function is called. Never throws; where it cannot watch, it does not. */
  add(located: Located, onChange: () => void): () => void {
    const parent = { ...located, names: located.names.slice(0, -1) };
    const leaveParent = this.#listen(parent, { name: located.names.at(-1) ?? '', onChange });
    const leave = this.#listen(located, { name: '', onChange });
    return () => {
      leaveParent();
      leave();
    };
  }

  close(): void {
    for (const { folder } of this.#open.values()) folder?.close();
    this.#open.clear();
  }

  #listen(folder: Located, listener: Listener): () => void {
    const key = JSON.stringify([folder.root.path, folder.names]);
    const shared = this.#open.get(key) ?? this.#share(key, folder);
    shared?.listeners.add(listener);
    return () => {
      shared?.listeners.delete(listener);
      if (shared?.listeners.size !== 0 || this.#open.get(key) !== shared) return;
      this.#open.delete(key);
      shared.folder?.close();
    };
  }

  #share(key: string, located: Located): Shared | undefined {
    if (this.#open.size >= this.#maxWatches) return undefined;
    const shared: Shared = { listeners: new Set(), folder: undefined };
    this.#open.set(key, shared);
    const tell = (name: string | undefined): void => {
      for (const listener of shared.listeners) {
        if (listener.name === '' || name === undefined || listener.name === name) listener.onChange();
      }
    };
    watchFolder(located, tell).then(
      (folder) => {
        shared.folder = folder;
        if (this.#open.get(key) !== shared) folder.close();
      },
      (error: unknown) => {
        // Mostly a file, which its folder tells of.
        if (this.#open.get(key) === shared) this.#open.delete(key);
        this.#log.debug({ err: error }, 'not watched by the system');
      },
    );
    return shared;
  }
}
