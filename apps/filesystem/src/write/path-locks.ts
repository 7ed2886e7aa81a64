import { AppError } from '@trellis-mcp/errors';

/** Takes turns on entries of folders within this process. */
export interface PathLocks {
  /**
   * Runs while nobody else holds one of the keys; first come, first served.
   *
   * @throws AppError `LIMIT` when too many wait already; the signal's reason when the caller goes while waiting.
   */
  hold<Result>(keys: readonly string[], signal: AbortSignal, run: () => Promise<Result>): Promise<Result>;
}

const maxWaiting = 1000;

/** Makes locks. A key costs nothing once nobody holds it. */
export function createPathLocks(): PathLocks {
  const tails = new Map<string, Promise<void>>();
  let waiting = 0;

  /** Queues for one key; resolves to what gives it back. Who goes while waiting keeps the place in the queue, and gives it back at once. */
  async function take(key: string, signal: AbortSignal): Promise<() => void> {
    const before = tails.get(key);
    const { promise: done, resolve } = Promise.withResolvers<undefined>();
    const release = (): void => resolve(undefined);
    const tail = (before ?? Promise.resolve()).then(async () => done);
    tails.set(key, tail);
    void tail.then(() => {
      if (tails.get(key) === tail) tails.delete(key);
    });
    if (before === undefined) return release;
    waiting += 1;
    try {
      await unlessAborted(before, signal);
    } catch (error) {
      release();
      throw error;
    } finally {
      waiting -= 1;
    }
    return release;
  }

  return {
    async hold(keys, signal, run) {
      if (waiting >= maxWaiting) {
        throw new AppError('LIMIT', `More than ${maxWaiting} changes wait for others.`, { retryable: true, retryAfterMs: 1000 });
      }
      const releases: (() => void)[] = [];
      try {
        // One order for all, so that no two wait for each other.
        for (const key of [...new Set(keys)].sort()) releases.push(await take(key, signal));
        signal.throwIfAborted();
        return await run();
      } finally {
        for (const release of releases) release();
      }
    },
  };
}

async function unlessAborted(before: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([before, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
