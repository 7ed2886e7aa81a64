import { AppError, isAppError } from '@trellis-mcp/errors';

/** Why a request was refused: for metrics and log lines, and the third column of the attack table. */
export type AuthReason =
  | 'missing'
  | 'query'
  | 'repeated'
  | 'scheme'
  | 'malformed'
  | 'oversize'
  | 'type'
  | 'algorithm'
  | 'issuer'
  | 'audience'
  | 'expired'
  | 'not_yet_valid'
  | 'key'
  | 'signature'
  | 'claims'
  | 'inactive'
  | 'binding'
  | 'proof'
  | 'replay'
  | 'nonce'
  | 'unknown_key'
  | 'insufficient_scope'
  | 'issuer_unavailable'
  | 'store_unavailable';

/** The HTTP answer to a refused request. */
export interface AuthFailure {
  readonly status: 400 | 401 | 403 | 503;
  readonly reason: AuthReason;
  /** `www-authenticate`, `retry-after`, `dpop-nonce`, `cache-control`: those that apply. */
  readonly headers: Readonly<Record<string, string>>;
  /** What RFC 6750 calls `error` and `error_description`; without `error` when no credentials came. */
  readonly body: { readonly error?: string; readonly error_description: string };
}

/** Wraps a failure in the `AppError` that carries it, under `details.auth`. */
export function failWith(failure: AuthFailure, options: { cause?: unknown; retryAfterMs?: number } = {}): AppError {
  const details = { auth: failure };
  const text = failure.body.error_description;
  if (failure.status === 503) return new AppError('UPSTREAM', text, { ...options, retryable: true, details });
  return new AppError(failure.status === 400 ? 'INVALID_INPUT' : 'DENIED', text, { ...options, details });
}

/** The HTTP answer that an error of this library carries; undefined for every other error. */
export function authFailure(error: unknown): AuthFailure | undefined {
  const failure = isAppError(error) ? error.details?.['auth'] : undefined;
  return isAuthFailure(failure) ? failure : undefined;
}

function isAuthFailure(value: unknown): value is AuthFailure {
  return typeof value === 'object' && value !== null && 'status' in value && 'reason' in value && 'headers' in value;
}
