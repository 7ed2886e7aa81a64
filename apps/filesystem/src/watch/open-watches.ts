import { AppError, isAppError } from '@trellis-mcp/errors';
import type { Host } from '@trellis-mcp/server';
import { etagOf } from '../descriptor/etag.ts';
import { codeOf } from '../descriptor/code-of.ts';
import { openPinned } from '../descriptor/open-pinned.ts';
import { pathOfResource } from '../resources/resource-path.ts';
import type { Located } from '../roots/located.ts';
import type { Roots } from '../roots/open-roots.ts';
import { FolderWatches } from './folder-watches.ts';

/** What {@link openWatches} joins. */
export interface WatchesOptions {
  readonly roots: Pick<Roots, 'locate'>;
  readonly events: Pick<Host['events'], 'onListen' | 'resourceUpdated'>;
  readonly log: Pick<Host['log'], 'debug'>;
  /** Most folders that the system watches; what is in others is asked for regularly. */
  readonly maxWatches: number;
  /** How often, in milliseconds. Default: 2,000. */
  readonly pollMs?: number;
}

/**
 * Tells clients when a file or folder changed that they listen for. The system's own watching makes it quick where there is any; asking
 * regularly makes it sure. What is outside of the roots counts as not there.
 */
export function openWatches(options: WatchesOptions): { close(): void } {
  const watches = new Watches(options);
  options.events.onListen((uri) => watches.watch(uri));
  return watches;
}

interface Watched {
  readonly uri: string;
  readonly located: Located;
  /** The etag at the last look, or `none`; undefined before the first one. */
  state: string | undefined;
}

/** Resources that are looked after at once; each look costs a few system calls. */
const maxWatched = 1000;

/** What changes several times within this time is told once. */
const settleMs = 50;

class Watches {
  readonly #options: WatchesOptions;
  readonly #folders: FolderWatches;
  readonly #watched = new Map<string, Watched>();
  /** Those of which the system said something. */
  readonly #due = new Set<Watched>();
  #settle: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: WatchesOptions) {
    this.#options = options;
    this.#folders = new FolderWatches(options.maxWatches, options.log);
  }

  watch(uri: string): () => void {
    const path = pathOfResource(uri);
    if (path === undefined || this.#isClosed) return () => undefined;
    if (this.#watched.size >= maxWatched) throw new AppError('LIMIT', `At most ${maxWatched} resources are watched at once.`);
    const item: Watched = { uri, located: this.#options.roots.locate(path), state: undefined };
    this.#watched.set(uri, item);
    const leave = this.#folders.add(item.located, () => {
      this.#lookSoon(item);
    });
    void this.#lookAt([item]);
    if (this.#watched.size === 1) this.#pollLater();
    return () => {
      this.#watched.delete(uri);
      this.#due.delete(item);
      leave();
      if (this.#watched.size === 0) clearTimeout(this.#poll);
    };
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#poll);
    clearTimeout(this.#settle);
    this.#watched.clear();
    this.#folders.close();
  }

  async #lookAt(items: Iterable<Watched>): Promise<void> {
    for (const item of items) {
      if (this.#isClosed) return;
      await this.#look(item).catch((error: unknown) => {
        this.#options.log.debug({ err: error }, 'a watched resource could not be looked at');
      });
    }
  }

  async #look(item: Watched): Promise<void> {
    const before = item.state;
    const state = await readState(item.located);
    // Two looks at once may both see a change; the first one tells.
    if (this.#watched.get(item.uri) !== item || item.state !== before) return;
    item.state = state;
    if (before !== undefined && before !== state) this.#options.events.resourceUpdated(item.uri);
  }

  #lookSoon(item: Watched): void {
    this.#due.add(item);
    this.#settle ??= setTimeout(() => {
      const items = [...this.#due];
      this.#due.clear();
      this.#settle = undefined;
      void this.#lookAt(items);
    }, settleMs).unref();
  }

  #pollLater(): void {
    clearTimeout(this.#poll);
    if (this.#isClosed || this.#watched.size === 0) return;
    this.#poll = setTimeout(() => {
      void this.#lookAt([...this.#watched.values()]).then(() => {
        this.#pollLater();
      });
    }, this.#options.pollMs ?? 2_000).unref();
  }
}

async function readState(located: Located): Promise<string> {
  try {
    await using pinned = await openPinned(located);
    return etagOf(pinned.stats);
  } catch (error) {
    if (isAppError(error) || codeOf(error) !== undefined) return 'none';
    throw error;
  }
}
