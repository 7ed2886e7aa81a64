import { AppError, type ErrorCode } from '@trellis-mcp/errors';

/** Close codes of a Trellis server, and those of RFC 6455 that a caller can act on. */
const codes: ReadonlyMap<number, { readonly code: ErrorCode; readonly text: string; readonly retryable?: boolean }> = new Map([
  [1001, { code: 'UPSTREAM', text: 'The server is going away.', retryable: true }],
  [1008, { code: 'LIMIT', text: 'The server ended the connection, which broke one of its limits.' }],
  [1009, { code: 'LIMIT', text: 'A message was larger than the other side takes.' }],
  [1013, { code: 'LIMIT', text: 'The server has too much to do.', retryable: true }],
  [4401, { code: 'DENIED', text: 'The token has expired. Connect again with a new one.' }],
  [4408, { code: 'TIMEOUT', text: 'The server ended the connection, which was idle or too slow.', retryable: true }],
]);

/** What the close code of a server means to a caller; its reason, at most 123 bytes, is kept as the cause. */
export function explainClosure(closeCode: number, reason: string): AppError {
  const known = codes.get(closeCode) ?? { code: 'UPSTREAM', text: 'The connection to the server is closed.', retryable: true };
  return new AppError(known.code, known.text, {
    ...(known.retryable === undefined ? {} : { retryable: known.retryable }),
    details: { closeCode },
    cause: new Error(`The WebSocket was closed with ${String(closeCode)}: ${reason}`),
  });
}
