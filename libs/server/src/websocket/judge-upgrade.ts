import type { IncomingMessage } from 'node:http';
import type { HttpRefusal } from '../http/http-error.ts';

/** Path of the WebSocket endpoint. */
export const websocketPath = '/ws';
/** The subprotocol that a client has to offer. */
export const subprotocol = 'mcp';

const maxQuery = 1_000;
const tokenNames = /^(access_?token|auth|authorization|bearer|token|id_?token|jwt|api_?key|key|password|secret)$/i;

/** Refuses an upgrade that is no WebSocket of MCP by its head alone. Host and Origin are judged by the guard of `/mcp`. */
export function judgeUpgrade(req: IncomingMessage): HttpRefusal | undefined {
  const [path = '', ...queries] = (req.url ?? '/').split('?');
  if (path !== websocketPath) return notFound();
  if (hasToken(queries.join('?'))) return tokenInQuery();
  return judgeHandshake(req);
}

/** What a plain GET of the WebSocket endpoint is told. */
export function upgradeRequired(): HttpRefusal {
  return {
    status: 426,
    code: 'INVALID_INPUT',
    reason: 'upgrade',
    message: 'Upgrade Required: this is a WebSocket endpoint.',
    headers: { upgrade: 'websocket', connection: 'Upgrade' },
  };
}

function judgeHandshake({ method, headers }: IncomingMessage): HttpRefusal | undefined {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = headers;
  if (method !== 'GET' || length !== '0' || encoding !== undefined) {
    return { ...invalid('A WebSocket is opened with GET and without a body.'), status: method === 'GET' ? 400 : 405 };
  }
  if (headers['sec-websocket-version'] !== '13') {
    return { ...upgradeRequired(), message: 'Sec-WebSocket-Version must be 13.', headers: { 'sec-websocket-version': '13' } };
  }
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (!offered.includes(subprotocol)) {
    return { ...invalid(`The subprotocol "${subprotocol}" is missing.`), hint: `Send Sec-WebSocket-Protocol: ${subprotocol}.` };
  }
  return undefined;
}

/** URLs end up in logs and histories, so a token in one is as good as published (RFC 6750, 5.3). */
function hasToken(query: string): boolean {
  if (query.length > maxQuery) return true;
  return [...new URLSearchParams(query).keys()].some((name) => tokenNames.test(name));
}

function tokenInQuery(): HttpRefusal {
  return {
    status: 400,
    code: 'DENIED',
    reason: 'token-in-query',
    message: 'A token in the URL is refused, because URLs are logged.',
    hint: 'Send it as the header Authorization: Bearer.',
  };
}

function notFound(): HttpRefusal {
  const message = 'Not Found.';
  return { status: 404, code: 'NOT_FOUND', reason: 'upgrade-path', message, hint: `The WebSocket endpoint is ${websocketPath}.` };
}

function invalid(message: string): HttpRefusal {
  return { status: 400, code: 'INVALID_INPUT', reason: 'upgrade', message };
}
