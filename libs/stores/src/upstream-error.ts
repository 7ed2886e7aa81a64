import { AppError, type AppErrorOptions } from '@trellis-mcp/errors';

/** How a driver's failure is told. */
export interface UpstreamOptions extends Pick<AppErrorOptions, 'hint' | 'retryAfterMs' | 'details'> {
  /** Whether the same call may succeed later without a change. */
  retryable: boolean;
}

/**
 * Makes the `UPSTREAM` error of a store. Drivers hang commands, arguments and row contents on their errors, the password of a refused
 * login among them; the cause keeps name, message, code and stack alone.
 */
export function upstreamError(message: string, failure: unknown, options: UpstreamOptions): AppError {
  return new AppError('UPSTREAM', message, { ...options, cause: stripFailure(failure) });
}

/** Reads the `code` of a driver's or system error, such as `ECONNREFUSED` or a SQLSTATE; undefined when there is none. */
export function codeOf(failure: unknown): string | undefined {
  const code: unknown = typeof failure === 'object' && failure !== null && 'code' in failure ? failure.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Reads the message of whatever was thrown. */
export function messageOf(failure: unknown): string {
  return typeof failure === 'object' && failure !== null && 'message' in failure ? String(failure.message) : String(failure);
}

/** Copies name, message, code and stack of a failure. */
export function stripFailure(failure: unknown): Error {
  // A message may quote the URL it could not use.
  const cause = new Error(messageOf(failure).replaceAll(/:\/\/[^\s@/]*@/g, '://[redacted]@'));
  if (typeof failure === 'object' && failure !== null) {
    if ('name' in failure && typeof failure.name === 'string') cause.name = failure.name;
    if ('stack' in failure && typeof failure.stack === 'string')
      cause.stack = failure.stack.replaceAll(/:\/\/[^\s@/]*@/g, '://[redacted]@');
  }
  const code = codeOf(failure);
  return code === undefined ? cause : Object.assign(cause, { code });
}
