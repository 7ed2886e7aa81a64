import type { ServerResponse } from 'node:http';
import type { ErrorCode } from '@trellis-mcp/errors';

/** A refusal that happens before any MCP server sees the request. */
export interface HttpRefusal {
  readonly status: number;
  /** What was wrong; may repeat the caller's own input, cut short. */
  readonly message: string;
  /** What the caller or the operator can do. */
  readonly hint?: string;
  /** JSON-RPC error code. Default: -32000. */
  readonly rpcCode?: number;
  readonly code: ErrorCode;
  /** Label of the counter of refused requests. */
  readonly reason: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers with a JSON-RPC error without an id, which is what an MCP client expects of a failed POST. */
export function sendRefusal(res: ServerResponse, refusal: HttpRefusal): void {
  const { status, message, hint, rpcCode = -32_000, code } = refusal;
  const error = {
    code: rpcCode,
    message: hint === undefined ? message : `${message} ${hint}`,
    data: { code, ...(hint !== undefined && { hint }) },
  };
  sendJson(res, status, { jsonrpc: '2.0', id: null, error }, refusal.headers);
}

/** Answers with JSON; nothing a server of ours says about itself is cacheable. */
export function sendJson(res: ServerResponse, status: number, value: unknown, headers?: Readonly<Record<string, string>>): void {
  sendText(res, status, JSON.stringify(value), { 'content-type': 'application/json', ...headers });
}

/** Answers with text; a HEAD request gets the headers only. */
export function sendText(res: ServerResponse, status: number, text: string, headers: Readonly<Record<string, string>>): void {
  res.writeHead(status, {
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  res.end(text);
}

/** At most 80 characters of what a caller sent, without anything a terminal could act on. */
export function quoteInput(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]/g, '?');
  return plain.length > 80 ? `"${plain.slice(0, 80)}..."` : `"${plain}"`;
}
