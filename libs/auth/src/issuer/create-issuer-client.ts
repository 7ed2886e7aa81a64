import { AppError, isAppError } from '@trellis-mcp/errors';
import { bulkhead, circuitBreaker, ConsecutiveBreaker, handleAll, isBrokenCircuitError, isBulkheadRejectedError, wrap } from 'cockatiel';
import { readBounded } from './read-bounded.ts';

/** How the issuer is asked. */
export interface IssuerClientOptions {
  /** The guarded `fetch`. */
  fetch: typeof globalThis.fetch;
  /** For one request, its body included, in milliseconds. */
  timeoutMs: number;
  /** How long nobody asks after three failures in a row, in milliseconds. */
  pauseMs: number;
  /** Hears of every attempt that failed, not of those that were not made: a flood must not become one of log lines. */
  onError: (error: AppError) => void;
}

/** Asks the issuer, behind one breaker and one limit of concurrency. */
export interface IssuerClient {
  /** Runs an attempt; rejects with `UPSTREAM` however it failed. */
  attempt<T>(run: () => Promise<T>): Promise<T>;
  /** One request whose answer was read whole, within limits. To be called inside `attempt`. */
  request(url: string, init?: RequestInit): Promise<Response>;
}

const failuresToOpen = 3;
const maxConcurrent = 64;
const maxWaiting = 256;
const maxBodyBytes = 512 * 1024;

/** Makes the client; nothing is asked yet. */
export function createIssuerClient({ fetch, timeoutMs, pauseMs, onError }: IssuerClientOptions): IssuerClient {
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: pauseMs, breaker: new ConsecutiveBreaker(failuresToOpen) });
  const policy = wrap(bulkhead(maxConcurrent, maxWaiting), breaker);
  return {
    async attempt(run) {
      try {
        return await policy.execute(() => run());
      } catch (failure) {
        const error = asUpstream(failure);
        if (!isBrokenCircuitError(failure) && !isBulkheadRejectedError(failure)) onError(error);
        throw error;
      }
    },
    async request(url, init = {}) {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await fetch(url, { ...init, redirect: 'manual', signal });
      const body = await readBounded(response, { maxBytes: maxBodyBytes, signal });
      return new Response(body, { status: response.status, headers: response.headers });
    },
  };
}

function asUpstream(failure: unknown): AppError {
  if (isAppError(failure) && failure.code === 'UPSTREAM') return failure;
  const isQueueFull = isBulkheadRejectedError(failure);
  const isRefused = isAppError(failure) && failure.code === 'DENIED';
  return new AppError('UPSTREAM', isQueueFull ? 'Too many requests wait for the issuer.' : 'The issuer did not answer as it should.', {
    retryable: true,
    ...(isRefused && failure.hint !== undefined && { hint: failure.hint }),
    cause: failure,
  });
}
