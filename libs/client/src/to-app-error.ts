import {
  InsufficientScopeError,
  ProtocolError,
  ProtocolErrorCode,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
} from '@modelcontextprotocol/client';
import { AppError, type AppErrorOptions, errorCodes, type ErrorCode, isAppError } from '@trellis-mcp/errors';

/** Where a Trellis server puts the code of an error: `_meta` of a tool result, `data` of a JSON-RPC error. */
export const errorMetaKey = 'io.trellis/error';

/** Of scopes that a server names in a challenge. */
const maxScopeLength = 2_000;

/** What was going on when a request failed. */
export interface FailureContext {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
  /** Output of the server's process, when it is ours. */
  readonly stderr?: string;
  /** Why the server ended the connection, where it says so. */
  readonly closure?: AppError | undefined;
}

/** Turns whatever the SDK, the transport or the server threw into an {@link AppError}; the original is its `cause`. */
export function toAppError(error: unknown, context: FailureContext): AppError {
  if (isAppError(error)) return error;
  const cause = context.stderr === undefined || context.stderr === '' ? error : new Error(context.stderr, { cause: error });
  if (context.signal?.aborted === true) return fromAbort(context.signal, cause);
  if (error instanceof SdkHttpError) return fromStatus(error.status, cause);
  if (error instanceof InsufficientScopeError) return fromScopes(error.requiredScope, cause);
  if (error instanceof ProtocolError) return fromProtocolError(error, cause);
  if (context.closure !== undefined) return context.closure;
  if (error instanceof SdkError) return fromSdkError(error, context, cause);
  return new AppError('UPSTREAM', `The connection to the server failed${codeOf(error)}.`, { retryable: true, cause });
}

/** Reads the error that a Trellis server attached, when the value is one. Foreign values are not trusted beyond their types. */
export function readErrorMeta(value: unknown, message: string, cause?: unknown): AppError | undefined {
  if (typeof value !== 'object' || value === null || !('code' in value)) return undefined;
  const code = errorCodes.find((known) => known === value.code);
  if (code === undefined) return undefined;
  const options: AppErrorOptions = cause === undefined ? {} : { cause };
  let text = message;
  if ('hint' in value && typeof value.hint === 'string') {
    options.hint = value.hint;
    // A Trellis server ends the text with the hint, for models; here it has a place of its own.
    if (text.endsWith(`\n${value.hint}`)) text = text.slice(0, -value.hint.length - 1);
  }
  if ('retryable' in value && typeof value.retryable === 'boolean') options.retryable = value.retryable;
  if ('retryAfterMs' in value && typeof value.retryAfterMs === 'number') options.retryAfterMs = value.retryAfterMs;
  if ('details' in value && typeof value.details === 'object' && value.details !== null) options.details = { ...value.details };
  return new AppError(code, text, options);
}

function fromAbort(signal: AbortSignal, cause: unknown): AppError {
  const reason: unknown = signal.reason;
  const isTimeout = typeof reason === 'object' && reason !== null && 'name' in reason && reason.name === 'TimeoutError';
  return isTimeout
    ? new AppError('TIMEOUT', 'The request ran into the deadline of its signal.', { retryable: true, cause })
    : new AppError('CANCELLED', 'The request was cancelled.', { cause });
}

/** What an HTTP status means to a caller. */
export function fromStatus(status: number, cause: unknown): AppError {
  const details = { status };
  if (status === 401) return new AppError('DENIED', 'The server requires authorization (HTTP 401).', { details, cause });
  if (status === 403) return new AppError('DENIED', 'The server denied access (HTTP 403).', { details, cause });
  if (status === 413) return new AppError('LIMIT', 'The server refused the size of the request (HTTP 413).', { details, cause });
  if (status === 429)
    return new AppError('LIMIT', 'The server refused the rate of requests (HTTP 429).', { retryable: true, details, cause });
  return new AppError('UPSTREAM', `The server answered HTTP ${String(status)}.`, {
    retryable: status >= 500 || status === 404,
    details,
    cause,
  });
}

/** A 403 that names scopes (RFC 6750, 3.1), as a Trellis server names them elsewhere. */
function fromScopes(scope: string | undefined, cause: unknown): AppError {
  const missingScopes =
    scope
      ?.slice(0, maxScopeLength)
      .split(' ')
      .filter((one) => one !== '') ?? [];
  const message = missingScopes.length === 0 ? 'The caller lacks a scope.' : `The caller lacks the scope ${missingScopes.join(', ')}.`;
  return new AppError('DENIED', message, { hint: 'Connect with a token that has it.', details: { status: 403, missingScopes }, cause });
}

function fromSdkError(error: SdkError, { timeoutMs }: FailureContext, cause: unknown): AppError {
  switch (error.code) {
    case SdkErrorCode.RequestTimeout:
      return new AppError('TIMEOUT', `The server did not answer within ${String(timeoutMs)} ms.`, { retryable: true, cause });
    case SdkErrorCode.ConnectionClosed:
    case SdkErrorCode.NotConnected:
    case SdkErrorCode.SendFailed:
      return new AppError('UPSTREAM', 'The connection to the server is closed.', { retryable: true, cause });
    case SdkErrorCode.CapabilityNotSupported:
    case SdkErrorCode.MethodNotSupportedByProtocolVersion:
      return new AppError('NOT_FOUND', 'The server does not offer this in the negotiated protocol version.', { cause });
    case SdkErrorCode.EraNegotiationFailed:
      return new AppError('UPSTREAM', `The server could not be reached or speaks no common protocol version${codeOf(error.cause)}.`, {
        cause,
      });
    default:
      return new AppError('UPSTREAM', 'The answer of the server could not be used.', { cause });
  }
}

function fromProtocolError(error: ProtocolError, cause: unknown): AppError {
  const message = error.message.slice(0, 2000);
  const data = error.data;
  const meta = typeof data === 'object' && data !== null && errorMetaKey in data ? data[errorMetaKey] : undefined;
  return readErrorMeta(meta, message, cause) ?? new AppError(codeOfProtocol(error), message, { details: { rpcCode: error.code }, cause });
}

const protocolCodes: ReadonlyMap<number, ErrorCode> = new Map([
  [ProtocolErrorCode.MethodNotFound, 'NOT_FOUND'],
  [ProtocolErrorCode.ResourceNotFound, 'NOT_FOUND'],
  [ProtocolErrorCode.InvalidParams, 'INVALID_INPUT'],
  [ProtocolErrorCode.MissingRequiredClientCapability, 'DENIED'],
  [ProtocolErrorCode.UrlElicitationRequired, 'DENIED'],
]);

const invalidParams: number = ProtocolErrorCode.InvalidParams;

/** Invalid parameters whose data is the URI mean a resource that is not there (spec: server/resources). */
function codeOfProtocol({ code, data }: ProtocolError): ErrorCode {
  const isMissingResource = code === invalidParams && typeof data === 'object' && data !== null && 'uri' in data;
  return isMissingResource ? 'NOT_FOUND' : (protocolCodes.get(code) ?? 'UPSTREAM');
}

/** The system's error code in parentheses, such as ` (ECONNREFUSED)`: it names the failure and holds no address. */
function codeOf(error: unknown, depth = 0): string {
  if (typeof error !== 'object' || error === null || depth > 4) return '';
  if ('code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code)) return ` (${error.code})`;
  return 'cause' in error ? codeOf(error.cause, depth + 1) : '';
}
