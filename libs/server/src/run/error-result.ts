import { ProtocolError, ProtocolErrorCode, type CallToolResult } from '@modelcontextprotocol/server';
import { AppError, isAppError } from '@trellis-mcp/errors';

/** Key of `_meta` (results) and `data` (JSON-RPC errors) that holds the error for programs. */
export const errorKey = 'io.trellis/error';

const maxMessage = 4000;
const maxDetails = 4000;
const maxUri = 8192;

/** What a program reads of an error. */
export interface PublicError {
  readonly code: string;
  readonly hint?: string;
  readonly retryable?: boolean;
  readonly retryAfterMs?: number;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Turns whatever was caught into the error a caller may see: an AppError as it is, all else one fixed sentence and the request id. */
export function toPublicError(error: unknown, requestId: string): AppError {
  if (isAppError(error) && error.code !== 'INTERNAL') return error;
  return new AppError('INTERNAL', `An internal error occurred. The operator finds it in the log under request ${requestId}.`, {
    cause: error,
  });
}

/** The isError result of a failed tool: text that a model can act on, `_meta` for programs, never structured content. */
export function toErrorResult(error: AppError): CallToolResult {
  return {
    content: [{ type: 'text', text: explain(error) }],
    isError: true,
    _meta: { [errorKey]: describe(error) },
  };
}

/**
 * The JSON-RPC error of a failed resource, prompt or completion, which have no isError result: -32602 for what the caller can change, else
 * -32603.
 *
 * @param uri The resource that was read; clients recognise a missing resource by it (spec: server/resources).
 */
export function toProtocolError(error: AppError, uri?: string): ProtocolError {
  const data = { ...(uri !== undefined && { uri: uri.slice(0, maxUri) }), [errorKey]: describe(error) };
  const isCallers = error.code === 'INVALID_INPUT' || error.code === 'NOT_FOUND' || error.code === 'DENIED' || error.code === 'CONFLICT';
  return new ProtocolError(isCallers ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError, explain(error), data);
}

/** The text of an error: its message, then its hint on a line of its own. */
export function explain(error: AppError): string {
  const text = error.hint === undefined ? error.message : `${error.message}\n${error.hint}`;
  return text.length > maxMessage ? `${text.slice(0, maxMessage)}…` : text;
}

function describe(error: AppError): PublicError {
  const { code, hint, retryable, retryAfterMs, details } = error;
  return {
    code,
    ...(hint !== undefined && { hint: hint.slice(0, maxMessage) }),
    ...(retryable !== undefined && { retryable }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(details !== undefined && fits(details) && { details }),
  };
}

/** Whether details are short and JSON at all: those of a driver may hold what JSON cannot say. */
function fits(details: object): boolean {
  try {
    return JSON.stringify(details).length <= maxDetails;
  } catch {
    return false;
  }
}
