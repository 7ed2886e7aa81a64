import type { IncomingMessage, ServerResponse } from 'node:http';

const allowedHeaders = new Set([
  'accept',
  'authorization',
  'content-type',
  'dpop',
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'mcp-session-id',
  'traceparent',
  'tracestate',
  'baggage',
]);
const exposedHeaders = 'Mcp-Session-Id, WWW-Authenticate, DPoP-Nonce, Retry-After';
const maxHeaderNames = 50;

/** Lets the page of an allowed origin read the answer. Call it only after the origin was judged. */
export function addCorsHeaders(res: ServerResponse, origin: string): void {
  res.setHeader('access-control-allow-origin', origin);
  res.setHeader('access-control-expose-headers', exposedHeaders);
  res.setHeader('vary', 'Origin');
}

/** Answers a preflight request: which methods and headers a page may use (Fetch standard, CORS protocol). */
export function sendPreflight(req: IncomingMessage, res: ServerResponse): void {
  const requested = (req.headers['access-control-request-headers'] ?? '').split(',', maxHeaderNames);
  const names = requested.map((name) => name.trim().toLowerCase()).filter(isAllowedHeader);
  res.writeHead(204, {
    'access-control-allow-methods': 'POST, GET, DELETE',
    'access-control-allow-headers': (names.length > 0 ? names : [...allowedHeaders]).join(', '),
    'access-control-max-age': '600',
    vary: 'Origin, Access-Control-Request-Headers',
  });
  res.end();
}

function isAllowedHeader(name: string): boolean {
  return allowedHeaders.has(name) || /^mcp-param-[a-z0-9_-]+$/.test(name);
}
