import { AppError } from '@trellis-mcp/errors';

/** A step under way. */
export interface LimitedStep {
  /** Of `performance.now()`. */
  startedAt: number;
  /** Its neighbours while it is watched; of the limit alone. */
  earlier: LimitedStep | undefined;
  later: LimitedStep | undefined;
  /** Called when it takes too long, with a `TIMEOUT`; it is no longer watched then. */
  fail(error: AppError): void;
}

/** Watches steps that may take only so long. */
export interface TimeLimit {
  /** A step is watched once. */
  watch(step: LimitedStep): void;
  /** Ends the watch; false when the step has failed before. */
  release(step: LimitedStep): boolean;
}

/**
 * Makes a limit for many short steps. All have the same length, so they end in the order they began: one timer, for the oldest, serves
 * all, and a step that is quick costs none. They are chained through themselves: a Set takes four times as long for one that comes and goes.
 */
export function createTimeLimit(timeoutMs: number): TimeLimit {
  const chain = createChain();
  let timer: NodeJS.Timeout | undefined;
  const failLate = (): void => {
    timer = undefined;
    const now = performance.now();
    for (let step = chain.first(); step !== undefined; step = chain.first()) {
      const leftMs = step.startedAt + timeoutMs - now;
      if (leftMs > 0) {
        timer = setTimeout(look, leftMs).unref();
        return;
      }
      chain.remove(step);
      step.fail(new AppError('TIMEOUT', `No answer within ${String(timeoutMs)} ms.`, { retryable: true }));
    }
  };
  // Behind the next look at the sockets: what arrived while this process was busy is not late.
  const look = (): void => void setImmediate(failLate);
  return {
    watch(step) {
      chain.append(step);
      // The connection that is waited for keeps the process alive, not the wait.
      timer ??= setTimeout(look, timeoutMs).unref();
    },
    release: (step) => chain.remove(step),
  };
}

interface Chain {
  first(): LimitedStep | undefined;
  append(step: LimitedStep): void;
  /** False when it is not in the chain. */
  remove(step: LimitedStep): boolean;
}

function createChain(): Chain {
  const ends: LimitedStep = { startedAt: 0, fail: () => undefined, earlier: undefined, later: undefined };
  ends.earlier = ends;
  ends.later = ends;
  return {
    first: () => (ends.later === ends ? undefined : ends.later),
    append(step) {
      const { earlier: last = ends } = ends;
      step.earlier = last;
      step.later = ends;
      last.later = step;
      ends.earlier = step;
    },
    remove(step) {
      const { earlier, later } = step;
      if (earlier === undefined || later === undefined) return false;
      earlier.later = later;
      later.earlier = earlier;
      step.earlier = undefined;
      step.later = undefined;
      return true;
    },
  };
}
