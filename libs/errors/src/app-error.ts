import type { ErrorCode } from './error-codes.ts';

/** What an {@link AppError} carries beside its code and message. */
export interface AppErrorOptions {
  /** The next step for whoever reads the message: the tool to call, the flag an operator would set. */
  hint?: string;
  /** Whether the same call may succeed later without a change. */
  retryable?: boolean;
  /** How long to wait before the same call may succeed, in milliseconds. */
  retryAfterMs?: number;
  /** Structured facts for a program, such as the limit and the actual. Sent to the client: no secrets, no paths. */
  details?: Readonly<Record<string, unknown>>;
  /** What was caught. Goes to the log only, never to the client. */
  cause?: unknown;
}

/**
 * The one error class of Trellis: a stable code, a message that the caller may read, and a cause that only the log sees.
 *
 * `message` may hold the caller's own input, never ours: no path outside a root, connection string, stack, upstream body or secret.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  // Declared only: a field would exist as undefined, and what ends a program uncaught is printed with every field it has.
  declare readonly hint: string | undefined;
  declare readonly retryable: boolean | undefined;
  declare readonly retryAfterMs: number | undefined;
  declare readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
    if (options.retryable !== undefined) this.retryable = options.retryable;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
    if (options.details !== undefined) this.details = options.details;
  }
}

/** Tells whether a caught value is an {@link AppError}, also one made by another copy of this package. */
export function isAppError(value: unknown): value is AppError {
  return value instanceof AppError || (value instanceof Error && value.name === 'AppError' && 'code' in value);
}
