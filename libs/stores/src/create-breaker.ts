import { isAppError, type AppError } from '@trellis-mcp/errors';
import { circuitBreaker, CircuitState, ConsecutiveBreaker, handleWhen, isBrokenCircuitError } from 'cockatiel';

/** Runs calls to a store and stops trying while it is down. */
export interface Breaker {
  /** False from the failures that opened it until a call succeeded again. */
  readonly isClosed: boolean;
  /** Whether the latest call did not fail, and no breaker is open: there is nothing that a success would have to take back. */
  readonly isCalm: boolean;
  /** Rejects with the `AppError` of the failed call, or at once with that of an open breaker. */
  run<T>(call: () => Promise<T>): Promise<T>;
}

/** How a {@link Breaker} judges. */
export interface BreakerOptions {
  /** Makes the one error of a failed call. */
  translate: (failure: unknown) => AppError;
  /** Makes the error while the breaker is open. */
  refuse: () => AppError;
  /** Whether an error means that the store is down. Default: whether it is retryable and not `LIMIT`: one that is full still reads. */
  isFailure?: (error: AppError) => boolean;
}

const isDown = (error: AppError): boolean => error.retryable === true && error.code !== 'LIMIT';

const failuresToOpen = 5;
const halfOpenAfterMs = 500;

/** Makes a breaker that opens after 5 failures in a row, and lets one call try again every 500 ms. */
export function createBreaker({ translate, refuse, isFailure = isDown }: BreakerOptions): Breaker {
  const policy = circuitBreaker(
    handleWhen((error) => isAppError(error) && isFailure(error)),
    { halfOpenAfter: halfOpenAfterMs, breaker: new ConsecutiveBreaker(failuresToOpen) },
  );
  let hasFailed = false;
  return {
    get isCalm() {
      return !hasFailed;
    },
    get isClosed() {
      return policy.state === CircuitState.Closed;
    },
    async run(call) {
      try {
        const answer = await policy.execute(async () => {
          try {
            return await call();
          } catch (failure) {
            throw isAppError(failure) ? failure : translate(failure);
          }
        });
        hasFailed = false;
        return answer;
      } catch (error) {
        hasFailed = true;
        throw isBrokenCircuitError(error) ? refuse() : error;
      }
    },
  };
}
