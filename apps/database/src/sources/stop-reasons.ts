import { AppError, isAppError } from '@trellis-mcp/errors';

/** What to do about a statement that takes too long. */
export const readLess = 'Read less: filter on indexed columns, aggregate, or add LIMIT.';

/** The error of a statement that did not end in time. */
export function toTimeout(timeoutMs: number): AppError {
  return new AppError('TIMEOUT', `The statement was stopped after ${String(timeoutMs)} ms.`, {
    hint: readLess,
    details: { timeoutMs },
  });
}

/** The error of a database that is busy or away: not even the request to stop was taken. */
export function toSilent(cause?: unknown): AppError {
  return new AppError('UPSTREAM', 'The database did not answer in time.', {
    hint: 'Send the same call again in a moment.',
    retryable: true,
    retryAfterMs: 1_000,
    cause,
  });
}

/** The error of a signal: its own reason, such as a call's deadline, when it is one that callers may read. */
export function toCancelled({ reason }: AbortSignal): AppError {
  if (isAppError(reason)) {
    return reason;
  }
  // Of AbortSignal.timeout, with which we ask for what nobody called for: nobody went away.
  const isTimeLimit = reason instanceof DOMException && reason.name === 'TimeoutError';
  return isTimeLimit ? toSilent(reason) : new AppError('CANCELLED', 'The call was cancelled.', { cause: reason });
}
