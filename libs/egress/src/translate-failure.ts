import { AppError, isAppError } from '@trellis-mcp/errors';

const maxDepth = 5;

/** Makes the `AppError` of a failed request: one found among the causes, else `UPSTREAM`. Names the host, never path or query. */
export function translateFailure(failure: unknown, url: URL): AppError {
  let cause = failure;
  for (let depth = 0; depth < maxDepth && cause instanceof Error; depth += 1) {
    if (isAppError(cause)) return cause;
    cause = cause.cause;
  }
  return new AppError('UPSTREAM', `${url.host} could not be reached.`, { retryable: true, cause: failure });
}
