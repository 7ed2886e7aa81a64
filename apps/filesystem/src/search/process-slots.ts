import { AppError } from '@trellis-mcp/errors';

/** So many callers may hold a slot at once; a bounded number of others waits, in order. */
export interface ProcessSlots {
  /**
   * Waits for a slot and holds it while `work` runs.
   *
   * @throws AppError `LIMIT` when too many wait already, and the reason of an abort.
   */
  run<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result>;
  /** Holds a slot while `work` runs when one is free; otherwise nothing runs. */
  runNow<Result>(work: () => Promise<Result>): Promise<Result> | undefined;
}

/** Options of {@link createProcessSlots}. */
export interface ProcessSlotsOptions {
  readonly slots: number;
  readonly maxWaiting: number;
}

export function createProcessSlots({ slots, maxWaiting }: ProcessSlotsOptions): ProcessSlots {
  const queue = new Set<() => void>();
  let taken = 0;
  const release = (): void => {
    const [next] = queue;
    if (next === undefined) {
      taken -= 1;
      return;
    }
    queue.delete(next);
    next();
  };
  const enter = async (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    if (taken < slots) {
      taken += 1;
      return;
    }
    if (queue.size >= maxWaiting) throw tooMany(slots, maxWaiting);
    await waitFor(queue, signal);
  };
  return {
    async run(signal, work) {
      await enter(signal);
      try {
        return await work();
      } finally {
        release();
      }
    },
    runNow(work) {
      if (taken >= slots) return undefined;
      taken += 1;
      return work().finally(release);
    },
  };
}

function waitFor(queue: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const start = (): void => {
      signal.removeEventListener('abort', leave);
      resolve();
    };
    const leave = (): void => {
      queue.delete(start);
      reject(signal.reason);
    };
    queue.add(start);
    signal.addEventListener('abort', leave, { once: true });
  });
}

function tooMany(slots: number, waiting: number): AppError {
  return new AppError('LIMIT', `${slots} searches run and ${waiting} wait already.`, {
    hint: 'Search again later.',
    retryable: true,
    retryAfterMs: 1_000,
    details: { limit: slots + waiting },
  });
}
