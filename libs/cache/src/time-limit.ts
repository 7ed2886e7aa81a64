import { AppError } from '@trellis-mcp/errors';

/** Waits for a step that began at `startedAt` (of `performance.now()`), but not longer than the limit; then rejects with `TIMEOUT`. */
export type TimeLimit = <T>(step: Promise<T>, startedAt: number) => Promise<T>;

interface Waiting {
  startedAt: number;
  fail: () => void;
}

/**
 * Makes a limit for many short steps. All have the same length, so they end in the order they began: one timer, for the oldest, serves
 * all, and a step that is quick costs none.
 */
export function createTimeLimit(timeoutMs: number): TimeLimit {
  const waiting = new Set<Waiting>();
  let timer: NodeJS.Timeout | undefined;
  const failLate = (): void => {
    timer = undefined;
    const now = performance.now();
    for (const each of waiting) {
      const leftMs = each.startedAt + timeoutMs - now;
      if (leftMs > 0) {
        timer = setTimeout(look, leftMs).unref();
        return;
      }
      waiting.delete(each);
      each.fail();
    }
  };
  // Behind the next look at the sockets: what arrived while this process was busy is not late.
  const look = (): void => void setImmediate(failLate);
  return (step, startedAt) =>
    new Promise((resolve, reject) => {
      const fail = (): void => reject(new AppError('TIMEOUT', `No answer within ${String(timeoutMs)} ms.`, { retryable: true }));
      const entry = { startedAt, fail };
      waiting.add(entry);
      // The connection that is waited for keeps the process alive, not the wait.
      timer ??= setTimeout(look, timeoutMs).unref();
      step.then(
        (result) => {
          waiting.delete(entry);
          resolve(result);
        },
        (failure: unknown) => {
          waiting.delete(entry);
          reject(failure);
        },
      );
    });
}
