import { AppError, isAppError } from '@trellis-mcp/errors';
import { createBreaker, type Breaker } from './breaker.ts';
import type { GuardOptions } from './guard.ts';
import { createLatency, type Latency } from './latency.ts';
import { createTimeLimit } from './time-limit.ts';

/** What is made of the result of a step, or of undefined when it failed. */
export type Use<T, R> = (result: T | undefined) => R | Promise<R>;

/** Breaker, time limit, and the counting of both. */
export interface Runner {
  readonly breaker: Breaker;
  readonly latency: Latency;
  errors(): number;
  /**
   * Runs a step unless the breaker is open, and gives what `use` makes of it; rejects only with what `use` throws. One promise for
   * step, limit and use: each hop and timer less is felt on every hit in Redis.
   */
  run<T, R>(operation: string, step: () => Promise<T>, use: Use<T, R>): Promise<R>;
}

/** Clearing may take so many times as long as another step. */
const clearFactor = 40;
/** One step of so many is timed. */
const stepsPerSample = 4;

/** Makes a runner of steps. */
export function createRunner({ name, timeoutMs, retryAfterMs, onError }: Omit<GuardOptions, 'apply' | 'onLate'>): Runner {
  const breaker = createBreaker(retryAfterMs);
  const shortLimit = createTimeLimit(timeoutMs);
  const clearLimit = createTimeLimit(clearFactor * timeoutMs);
  const latency = createLatency();
  let errors = 0;
  let finished = 0;
  const sample = (startedAt: number): void => {
    finished += 1;
    if (finished % stepsPerSample === 1) latency.add(performance.now() - startedAt);
  };
  const note = (operation: string, failure: unknown): void => {
    errors += 1;
    onError({ tier: name, operation, error: toAppError(failure, name) });
  };
  return {
    breaker,
    latency,
    errors: () => errors,
    run<T, R>(operation: string, step: () => Promise<T>, use: Use<T, R>): Promise<R> {
      const outcome = Promise.withResolvers<R>();
      const kind = operation === 'read' ? 'read' : 'write';
      if (!breaker.canTry(kind)) return settle(outcome, use, undefined);
      const limit = operation === 'clear' ? clearLimit : shortLimit;
      // First: the tier works while the rest is prepared.
      const answer = start(step);
      const watched = {
        startedAt: performance.now(),
        earlier: undefined,
        later: undefined,
        fail(failure: unknown): void {
          breaker.fail(kind);
          note(operation, failure);
          void settle(outcome, use, undefined);
        },
      };
      limit.watch(watched);
      answer.then(
        (result) => {
          if (!limit.release(watched)) return;
          breaker.succeed(kind);
          sample(watched.startedAt);
          void settle(outcome, use, result);
        },
        (failure: unknown) => limit.release(watched) && watched.fail(failure),
      );
      return outcome.promise;
    },
  };
}

function settle<T, R>({ promise, resolve, reject }: PromiseWithResolvers<R>, use: Use<T, R>, result: T | undefined): Promise<R> {
  try {
    resolve(use(result));
  } catch (failure) {
    reject(failure);
  }
  return promise;
}

/** A step may also throw before it gives a promise. */
function start<T>(step: () => Promise<T>): Promise<T> {
  try {
    return step();
  } catch (failure) {
    return Promise.reject(failure);
  }
}

function toAppError(failure: unknown, name: string): AppError {
  if (isAppError(failure)) return failure;
  return new AppError('UPSTREAM', `The cache could not use ${name}.`, { cause: failure, retryable: true });
}
