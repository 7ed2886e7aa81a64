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

/** The error of a caller that went away: its own reason, such as its deadline, when it is one that callers may read. */
export function toCancelled(signal: AbortSignal): AppError {
  return isAppError(signal.reason) ? signal.reason : new AppError('CANCELLED', 'The call was cancelled.', { cause: signal.reason });
}
