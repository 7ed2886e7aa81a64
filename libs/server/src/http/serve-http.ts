import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ServerEventBus } from '@modelcontextprotocol/server';
import { authenticateAs, type Authenticate, type Door } from '../authenticate.ts';
import type { CommonConfig } from '../common-settings.ts';
import type { CreateServer } from '../connection.ts';
import type { ProcessHost } from '../host.ts';
import type { Principal } from '../principal.ts';
import { upgradeRequired, websocketPath } from '../websocket/judge-upgrade.ts';
import type { WebSocketEndpoint } from '../websocket/websocket-endpoint.ts';
import type { WebSocketLimits } from '../websocket/websocket-limits.ts';
import { createRefusalCounter, type CountRefusal } from './count-refusals.ts';
import { cutUnread } from './cut-unread.ts';
import { endpointUrl, websocketUrl } from './endpoint-url.ts';
import { sendJson, sendRefusal, sendText, type HttpRefusal } from './http-error.ts';
import { listen } from './listen.ts';
import { McpEndpoint } from './mcp-endpoint.ts';
import { createOperations, type OperationHandler } from './operations.ts';
import { createResourcePages, type ResourcePages } from './resource-pages.ts';

/** How {@link serveHttp} answers. */
export interface ServeHttpOptions {
  readonly createServer: CreateServer;
  /** Source of the change events that `subscriptions/listen` streams carry. */
  readonly bus: ServerEventBus;
  /** Whom calls are made for when nothing authenticates a caller. */
  readonly principal: Principal;
  /** Finds the caller of each request and of each WebSocket. Default: everybody is `principal`. */
  readonly authenticate?: Authenticate;
  /** Authenticates instead, challenges callers that lack scopes, and describes the server to clients that look for a token. */
  readonly door?: Door;
  /** The scopes that a principal lacks for hearing of changes of these resources. Default: none. */
  readonly missingListenScopes?: (principal: Principal, uris: readonly string[]) => readonly string[];
  /** The scopes that a principal lacks for what a JSON-RPC message, or a batch of them, asks for. Default: none. */
  readonly missingScopes?: (principal: Principal, body: unknown) => readonly string[];
  /** Largest request body in bytes. Default: 4 MiB. */
  readonly maxBodyBytes?: number;
  /** What the bodies of all requests that are being answered may take together, in bytes; small ones do not count. Default: 256 MiB. */
  readonly maxHeldBytes?: number;
  /** How long a client may take to send its headers, in milliseconds. Default: 15,000. */
  readonly headersTimeoutMs?: number;
  /** How long a client may take to send its whole request, in milliseconds. Default: 60,000. */
  readonly requestTimeoutMs?: number;
  /** How long a client may leave an answer or a stream unread, in milliseconds. Default: 30,000; at most 2,000 while the server drains. */
  readonly stalledMs?: number;
  /** Bounds of the WebSocket transport, when `--websocket` is set. */
  readonly websocket?: Partial<WebSocketLimits>;
  /** Called once, after the first MCP request was answered. */
  readonly onFirstAnswer?: () => void;
}

/** A listening server. */
export interface HttpServing {
  /** Where MCP clients connect; the public URL when there is one. */
  readonly url: string;
  /** Where WebSocket clients connect, with `--websocket`. */
  readonly websocketUrl?: string;
  readonly port: number;
}

const maxHeaders = 200;
const keepAliveTimeout = 65_000;
const drainStalledMs = 2_000;

/**
 * Serves MCP over Streamable HTTP at `/mcp`, in both eras, with `/livez`, `/readyz`, `/healthz` and `/metrics` beside it, until the host's
 * lifecycle stops. During the drain the port stays open: `/readyz` says 503, running calls are answered, new ones are refused.
 *
 * @throws AppError `UPSTREAM` when the port is taken, `INVALID_INPUT` when the address is not one of this machine.
 */
export async function serveHttp(host: ProcessHost, options: ServeHttpOptions): Promise<HttpServing> {
  const refused = createRefusalCounter(host);
  const endpoint = new McpEndpoint(host, options, refused);
  const operations = createOperations(host, { endpoint, door: options.door, refused });
  const pages = options.door && createResourcePages(host.config, options.door);
  const server = openServer(options, host.config);
  const connections = watchConnections(server);
  let { stalledMs = 30_000 } = options;
  server.on('request', (_req, res) => {
    cutUnread(res, stalledMs);
  });
  server.on('request', createListener({ host, endpoint, operations, pages, refused, onFirstAnswer: options.onFirstAnswer }));
  const websocket = host.config.websocket ? await openWebSocket(host, options, { server, endpoint, connections, refused }) : undefined;
  const port = await listen(server, host.config);
  host.lifecycle.onDrain('http', async (signal) => {
    stalledMs = Math.min(stalledMs, drainStalledMs);
    for (const socket of connections) {
      socket.setTimeout(stalledMs);
    }
    await Promise.all([endpoint.drain(signal), websocket?.drain(signal)]);
    await closeServer(server, signal);
  });
  host.health.setSource({
    activeSessions: () => connections.size + (websocket?.size ?? 0),
    activeRequests: () => endpoint.activeCalls + (websocket?.activeCalls ?? 0),
    openSubscriptions: () => endpoint.openStreams + (websocket?.subscriptions ?? 0),
  });
  const url = endpointUrl(host.config, port);
  return { url, port, ...(websocket !== undefined && { websocketUrl: websocketUrl(url) }) };
}

interface WebSocketParts {
  readonly server: Server;
  readonly endpoint: McpEndpoint;
  /** Connections of HTTP, which a WebSocket leaves. */
  readonly connections: Set<Socket>;
  readonly refused: CountRefusal;
}

/** Loads what WebSocket needs only when it is asked for. */
async function openWebSocket(
  host: ProcessHost,
  options: ServeHttpOptions,
  { server, endpoint, connections, refused }: WebSocketParts,
): Promise<WebSocketEndpoint> {
  const { WebSocketEndpoint } = await import('../websocket/websocket-endpoint.ts');
  const {
    createServer,
    principal,
    door,
    authenticate = door?.authenticate ?? authenticateAs(principal),
    missingListenScopes,
    websocket: limits,
    onFirstAnswer,
  } = options;
  const judge: McpEndpoint['judge'] = (req) => (hasTooManyHeaders(req) ? tooManyHeaders : endpoint.judge(req));
  const websocket = new WebSocketEndpoint(host, { createServer, authenticate, missingListenScopes, judge, refused, limits, onFirstAnswer });
  server.on('upgrade', (req, _socket, head) => {
    connections.delete(req.socket);
    websocket.upgrade(req, head);
  });
  return websocket;
}

function openServer(
  { headersTimeoutMs = 15_000, requestTimeoutMs = 60_000 }: ServeHttpOptions,
  { websocket }: Pick<CommonConfig, 'websocket'>,
): Server {
  const server = createServer({
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(2_000, headersTimeoutMs),
    keepAliveTimeout,
    maxHeaderSize: 16_384,
    requireHostHeader: false,
    noDelay: true,
    // Some clients offer HTTP/2 with their first POST: that offer is ignored, as if nobody listened for upgrades.
    shouldUpgradeCallback: ({ headers }) => websocket && headers.upgrade?.toLowerCase() === 'websocket',
  });
  server.maxHeadersCount = maxHeaders;
  server.maxConnections = 4_096;
  return server;
}

const tooManyHeaders: HttpRefusal = {
  status: 431,
  code: 'LIMIT',
  reason: 'header-count',
  message: `A request may have fewer than ${maxHeaders} headers.`,
};

function hasTooManyHeaders({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.length >= 2 * maxHeaders;
}

function watchConnections(server: Server): Set<Socket> {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => {
      open.delete(socket);
    });
  });
  return open;
}

interface ListenerOptions {
  readonly host: ProcessHost;
  readonly endpoint: McpEndpoint;
  readonly operations: ReadonlyMap<string, OperationHandler>;
  /** Answers what it knows, and says whether it did. */
  readonly pages: ResourcePages | undefined;
  readonly refused: CountRefusal;
  readonly onFirstAnswer: (() => void) | undefined;
}

function createListener({ host, endpoint, operations, pages, refused, onFirstAnswer }: ListenerOptions) {
  let isFirst = true;
  return (req: IncomingMessage, res: ServerResponse): void => {
    if (hasTooManyHeaders(req)) {
      refused(tooManyHeaders);
      sendJson(res, { status: 431, body: { error: tooManyHeaders.message }, headers: { connection: 'close' } });
      return;
    }
    const path = pathOf(req.url ?? '/');
    if (path === '/mcp') {
      if (isFirst && onFirstAnswer !== undefined) {
        isFirst = false;
        res.on('finish', onFirstAnswer);
      }
      void endpoint.handle(req, res);
      return;
    }
    if (pages?.(req, res, path) !== true) answerOther(req, res, { host, operations, path });
  };
}

function answerOther(
  req: IncomingMessage,
  res: ServerResponse,
  context: Pick<ListenerOptions, 'host' | 'operations'> & { path: string },
): void {
  const { host, operations, path } = context;
  const answer = operations.get(path);
  if (path === websocketPath && host.config.websocket) {
    sendRefusal(res, upgradeRequired());
    return;
  }
  if (answer === undefined && path !== '/') {
    sendJson(res, { status: 404, body: { error: 'Not Found', hint: 'The MCP endpoint is /mcp.' } });
    return;
  }
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    const body = { error: 'Method Not Allowed', hint: 'Use GET here. The MCP endpoint is /mcp.' };
    sendJson(res, { status: 405, body, headers: { allow: 'GET, HEAD' } });
    return;
  }
  if (answer === undefined) {
    const body = `${host.name} ${host.version} is an MCP server. Connect an MCP client to /mcp.\n`;
    sendText(res, { status: 200, body, headers: { 'content-type': 'text/plain; charset=utf-8' } });
    return;
  }
  answer(req, res).catch((error: unknown) => {
    host.log.error({ err: error }, 'a health page failed');
    if (!res.headersSent) {
      sendJson(res, { status: 500, body: { error: 'Internal server error' } });
    }
  });
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

/** Closes idle connections at once and the others behind their last answer; what is left after a second is cut. */
async function closeServer(server: Server, signal: AbortSignal): Promise<void> {
  const cut = setTimeout(
    () => {
      server.closeAllConnections();
    },
    signal.aborted ? 100 : 1_000,
  );
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeIdleConnections();
  });
  clearTimeout(cut);
}
