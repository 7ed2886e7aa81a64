import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Door } from '../authenticate.ts';
import type { CommonConfig } from '../common-settings.ts';
import { endpointUrl, websocketEndpoint } from './endpoint-url.ts';
import { sendJson } from './http-error.ts';

/** Answers a request for the metadata of a resource; false when the path is none of them. */
export type ResourcePages = (req: IncomingMessage, res: ServerResponse, path: string) => boolean;

const wellKnown = '/.well-known/oauth-protected-resource';
const open = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' };

/**
 * The protected resource metadata of `/mcp` and `/ws` (RFC 9728), for everyone and for pages of any origin: a client reads it before it has a
 * token. It lies where the challenge says, and also where a proxy that takes a prefix off would ask for it; the bare name stands for `/mcp`.
 */
export function createResourcePages(config: CommonConfig, door: Door): ResourcePages {
  return (req, res, path) => {
    if (!path.startsWith(wellKnown)) return false;
    const endpoint = endpointUrl(config, req.socket.localPort ?? config.port);
    const mcp = door.describe(endpoint);
    const socket = config.websocket ? door.describe(websocketEndpoint(endpoint)) : undefined;
    const isMcp = path === mcp?.path || path === wellKnown || path === `${wellKnown}/mcp`;
    const isSocket = path === socket?.path || path === `${wellKnown}/ws`;
    const found = isMcp ? mcp : isSocket ? socket : undefined;
    if (found === undefined) return false;
    send(req, res, found.document);
    return true;
  };
}

function send(req: IncomingMessage, res: ServerResponse, document: object): void {
  if (req.method === 'OPTIONS') {
    const headers = { 'access-control-allow-methods': 'GET, HEAD', 'access-control-allow-headers': '*', 'access-control-max-age': '600' };
    res.writeHead(204, { ...open, ...headers });
    res.end();
  } else if (req.method === 'GET' || req.method === 'HEAD') {
    sendJson(res, { status: 200, body: document, headers: { ...open, 'cache-control': 'public, max-age=300' } });
  } else {
    sendJson(res, { status: 405, body: { error: 'Method Not Allowed' }, headers: { ...open, allow: 'GET, HEAD, OPTIONS' } });
  }
}
