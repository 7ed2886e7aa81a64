import type { ServerResponse } from 'node:http';
import type { ErrorCode } from '@trellis-mcp/errors';
import type { Principal } from '../principal.ts';

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
  /** Who was refused, when that is known; for the log. */
  readonly caller?: Principal;
}

/** Answers with a JSON-RPC error without an id, which is what an MCP client expects of a failed POST. */
export function sendRefusal(res: ServerResponse, refusal: HttpRefusal): void {
  const { status, message, hint, rpcCode = -32_000, code } = refusal;
  const error = {
    code: rpcCode,
    message: hint === undefined ? message : `${message} ${hint}`,
    data: { code, ...(hint !== undefined && { hint }) },
  };
  sendJson(res, { status, body: { jsonrpc: '2.0', id: null, error }, headers: refusal.headers });
}

/** An answer of our own. */
export interface PlainAnswer<Body> {
  readonly status: number;
  readonly body: Body;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Answers with JSON; nothing a server of ours says about itself is cacheable. */
export function sendJson(res: ServerResponse, { status, body, headers }: PlainAnswer<unknown>): void {
  sendText(res, { status, body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } });
}

/** Answers with text; Node leaves the body out for a HEAD request. */
export function sendText(res: ServerResponse, { status, body, headers }: PlainAnswer<string>): void {
  res.writeHead(status, {
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  res.end(body);
}

/** At most 80 characters of what a caller sent, without anything a terminal could act on. */
export function quoteInput(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]/g, '?');
  return plain.length > 80 ? `"${plain.slice(0, 80)}..."` : `"${plain}"`;
}
