/** What {@link SparePlaces} hands out: a thing left by another, or a free place for a new one. */
export interface Place<Item> {
  readonly item?: Item;
}

/** Options of {@link SparePlaces}. */
export interface SparePlacesOptions<Item> {
  /** How many may be taken at once. */
  readonly places: number;
  /** Longest wait for one, in milliseconds. */
  readonly maxWaitMs: number;
  /** How long, at least, a thing is kept that nobody takes; at most twice that. */
  readonly maxSpareMs: number;
  /** Makes the error of a wait that was too long. */
  readonly refuse: () => Error;
  /** Takes a thing that is kept no longer. */
  readonly letGo: (item: Item) => void;
}

interface Waiter<Item> {
  readonly refuseAt: number;
  readonly resolve: (place: Place<Item>) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Places that callers take turns in. What one leaves in good order goes to the one that waits longest, or is kept for the next that comes:
 * the latest first, which is the warmest.
 */
export class SparePlaces<Item extends object> {
  readonly #options: SparePlacesOptions<Item>;
  /** In the order of arrival. Not a Set: V8 would keep all that was ever in it, and what waits behind that, until it collects everything. */
  readonly #waiters: Waiter<Item>[] = [];
  #spare: Item[] = [];
  /** Those that were spare at the last look; whatever is taken meanwhile leaves. */
  #seen = new Set<Item>();
  #timer: NodeJS.Timeout | undefined;
  /** One for all that wait, who wait equally long: most are served long before a timer of their own would be of use. */
  #refusing: NodeJS.Timeout | undefined;
  #inUse = 0;

  constructor(options: SparePlacesOptions<Item>) {
    this.#options = options;
  }

  get inUse(): number {
    return this.#inUse;
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  /** Takes a place, and the thing that was left in it, if any; nothing when all are taken. */
  take(): Place<Item> | undefined {
    if (this.#inUse >= this.#options.places) return undefined;
    this.#inUse += 1;
    const item = this.#spare.pop();
    if (item === undefined) return {};
    this.#seen.delete(item);
    return { item };
  }

  /** Takes a place in which a thing was left, and that thing; nothing when there is none. */
  takeSpare(): Item | undefined {
    return this.#spare.length === 0 ? undefined : this.take()?.item;
  }

  /** Takes the place that is left next, in the order of arrival. Rejects with the signal's reason, or when the wait is too long. */
  wait(signal?: AbortSignal): Promise<Place<Item>> {
    const { maxWaitMs } = this.#options;
    return new Promise((resolve, reject) => {
      const end = (): void => {
        const at = this.#waiters.indexOf(waiter);
        if (at !== -1) this.#waiters.splice(at, 1);
        signal?.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter<Item> = {
        refuseAt: performance.now() + maxWaitMs,
        resolve(place) {
          end();
          resolve(place);
        },
        reject(reason) {
          end();
          reject(reason);
        },
      };
      const onAbort = (): void => waiter.reject(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiters.push(waiter);
      this.#refusing ??= setTimeout(() => this.#refuseLate(), maxWaitMs).unref();
    });
  }

  /** Leaves a place, with the thing in it unless it is of no use. */
  leave(item?: Item): void {
    const [next] = this.#waiters;
    if (next) {
      next.resolve(item === undefined ? {} : { item });
      return;
    }
    this.#inUse -= 1;
    if (item === undefined) return;
    this.#spare.push(item);
    this.#timer ??= setInterval(() => this.#sweep(), this.#options.maxSpareMs).unref();
  }

  /** Takes a thing out that nobody uses. @returns Whether it was there. */
  remove(item: Item): boolean {
    const rest = this.#spare.filter((one) => one !== item);
    const isThere = rest.length < this.#spare.length;
    this.#spare = rest;
    this.#seen.delete(item);
    return isThere;
  }

  /** Keeps nothing. */
  letGoAll(): void {
    this.#letGo(this.#spare);
  }

  /** Keeps nothing, and refuses those that wait. */
  close(reason: Error): void {
    this.letGoAll();
    for (const { reject } of [...this.#waiters]) reject(reason);
    clearTimeout(this.#refusing);
    this.#refusing = undefined;
  }

  /** Refuses those that waited too long, and looks again when the next has. */
  #refuseLate(): void {
    this.#refusing = undefined;
    for (const { refuseAt, reject } of [...this.#waiters]) {
      // Timers count whole milliseconds, and may come early by a part of one.
      const left = refuseAt - performance.now();
      if (left >= 1) {
        this.#refusing = setTimeout(() => this.#refuseLate(), left).unref();
        return;
      }
      reject(this.#options.refuse());
    }
  }

  #sweep(): void {
    this.#letGo(this.#spare.filter((item) => this.#seen.has(item)));
    this.#seen = new Set(this.#spare);
  }

  #letGo(items: readonly Item[]): void {
    for (const item of items) {
      this.remove(item);
      this.#options.letGo(item);
    }
    if (this.#spare.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
