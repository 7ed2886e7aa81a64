import { AppError } from '@trellis-mcp/errors';

/** A step under way. */
export interface LimitedStep {
  /** Of `performance.now()`. */
  startedAt: number;
  /** Called when it takes too long, with a `TIMEOUT`; it is no longer watched then. */
  fail: (error: AppError) => void;
}

/** Watches steps that may take only so long. */
export interface TimeLimit {
  watch(step: LimitedStep): void;
  /** Ends the watch; false when the step has failed before. */
  release(step: LimitedStep): boolean;
}

/**
 * Makes a limit for many short steps. All have the same length, so they end in the order they began: one timer, for the oldest, serves
 * all, and a step that is quick costs none.
 */
export function createTimeLimit(timeoutMs: number): TimeLimit {
  const watched = new Set<LimitedStep>();
  let timer: NodeJS.Timeout | undefined;
  const failLate = (): void => {
    timer = undefined;
    const now = performance.now();
    for (const step of watched) {
      const leftMs = step.startedAt + timeoutMs - now;
      if (leftMs > 0) {
        timer = setTimeout(look, leftMs).unref();
        return;
      }
      watched.delete(step);
      step.fail(new AppError('TIMEOUT', `No answer within ${String(timeoutMs)} ms.`, { retryable: true }));
    }
  };
  // Behind the next look at the sockets: what arrived while this process was busy is not late.
  const look = (): void => void setImmediate(failLate);
  return {
    watch(step) {
      watched.add(step);
      // The connection that is waited for keeps the process alive, not the wait.
      timer ??= setTimeout(look, timeoutMs).unref();
    },
    release: (step) => watched.delete(step),
  };
}
