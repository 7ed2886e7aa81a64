import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ServerEventBus } from '@modelcontextprotocol/server';
import type { CreateServer } from '../connection.ts';
import type { ProcessHost } from '../host.ts';
import type { Principal } from '../principal.ts';
import { createRefusalCounter } from './count-refusals.ts';
import { cutUnread } from './cut-unread.ts';
import { endpointUrl } from './endpoint-url.ts';
import { sendJson, sendText, type HttpRefusal } from './http-error.ts';
import { listen } from './listen.ts';
import { McpEndpoint } from './mcp-endpoint.ts';
import { createOperations, type OperationHandler } from './operations.ts';

/** How {@link serveHttp} answers. */
export interface ServeHttpOptions {
  readonly createServer: CreateServer;
  /** Source of the change events that `subscriptions/listen` streams carry. */
  readonly bus: ServerEventBus;
  /** Whom calls are made for. */
  readonly principal: Principal;
  /** The scopes that a principal lacks for hearing of changes of these resources. Default: none. */
  readonly missingListenScopes?: (principal: Principal, uris: readonly string[]) => readonly string[];
  /** Largest request body in bytes. Default: 4 MiB. */
  readonly maxBodyBytes?: number;
  /** How long a client may take to send its headers, in milliseconds. Default: 15,000. */
  readonly headersTimeoutMs?: number;
  /** How long a client may take to send its whole request, in milliseconds. Default: 60,000. */
  readonly requestTimeoutMs?: number;
  /** How long a client may leave an answer or a stream unread, in milliseconds. Default: 30,000; at most 2,000 while the server drains. */
  readonly stalledMs?: number;
  /** Called once, after the first MCP request was answered. */
  readonly onFirstAnswer?: () => void;
}

/** A listening server. */
export interface HttpServing {
  /** Where MCP clients connect; the public URL when there is one. */
  readonly url: string;
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
  const operations = createOperations(host, (req) => endpoint.judge(req));
  const server = openServer(options);
  const connections = watchConnections(server);
  let { stalledMs = 30_000 } = options;
  server.on('request', (_req, res) => {
    cutUnread(res, stalledMs);
  });
  server.on('request', createListener({ host, endpoint, operations, refused, onFirstAnswer: options.onFirstAnswer }));
  const port = await listen(server, host.config);
  host.lifecycle.onDrain('http', async (signal) => {
    stalledMs = Math.min(stalledMs, drainStalledMs);
    for (const socket of connections) {
      socket.setTimeout(stalledMs);
    }
    await endpoint.drain(signal);
    await closeServer(server, signal);
  });
  host.health.setSource({
    activeSessions: () => connections.size,
    activeRequests: () => endpoint.activeCalls,
    openSubscriptions: () => endpoint.openStreams,
  });
  return { url: endpointUrl(host.config, port), port };
}

function openServer({ headersTimeoutMs = 15_000, requestTimeoutMs = 60_000 }: ServeHttpOptions): Server {
  const server = createServer({
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(2_000, headersTimeoutMs),
    keepAliveTimeout,
    maxHeaderSize: 16_384,
    requireHostHeader: false,
    noDelay: true,
  });
  server.maxHeadersCount = maxHeaders;
  server.maxConnections = 4_096;
  return server;
}

function watchConnections(server: Server): ReadonlySet<Socket> {
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
  readonly refused: (refusal: HttpRefusal) => void;
  readonly onFirstAnswer: (() => void) | undefined;
}

function createListener({ host, endpoint, operations, refused, onFirstAnswer }: ListenerOptions) {
  let isFirst = true;
  return (req: IncomingMessage, res: ServerResponse): void => {
    if (req.rawHeaders.length >= 2 * maxHeaders) {
      refused({ status: 431, code: 'LIMIT', reason: 'header-count', message: 'Too many headers.' });
      const error = `A request may have fewer than ${maxHeaders} headers.`;
      sendJson(res, { status: 431, body: { error }, headers: { connection: 'close' } });
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
    answerOther(req, res, { host, operations, path });
  };
}

function answerOther(
  req: IncomingMessage,
  res: ServerResponse,
  context: Pick<ListenerOptions, 'host' | 'operations'> & { path: string },
): void {
  const { host, operations, path } = context;
  const answer = operations.get(path);
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
