import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { createActivity } from '../activity.ts';
import type { Authenticate } from '../authenticate.ts';
import type { CreateServer } from '../connection.ts';
import type { ProcessHost } from '../host.ts';
import type { CountRefusal } from '../http/count-refusals.ts';
import { endpointUrl, websocketEndpoint } from '../http/endpoint-url.ts';
import type { HttpRefusal } from '../http/http-error.ts';
import { readCredentials } from '../http/read-credentials.ts';
import { ownerKey, type Principal } from '../principal.ts';
import { cuts } from './cut.ts';
import { judgeUpgrade, subprotocol } from './judge-upgrade.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { WebSocketConnection, type SharedParts } from './websocket-connection.ts';
import { defaultLimits, type WebSocketLimits } from './websocket-limits.ts';

/** What a {@link WebSocketEndpoint} needs. */
export interface WebSocketEndpointOptions {
  readonly createServer: CreateServer;
  readonly authenticate: Authenticate;
  readonly missingListenScopes?: ((principal: Principal, uris: readonly string[]) => readonly string[]) | undefined;
  /** Judges Host and Origin, as `/mcp` does. */
  readonly judge: (req: IncomingMessage) => HttpRefusal | undefined;
  /** Counts and logs a refusal. */
  readonly refused: CountRefusal;
  readonly limits?: Partial<WebSocketLimits> | undefined;
  readonly onFirstAnswer?: (() => void) | undefined;
}

/** Pieces in which a message may arrive: frames, and chunks of the connection. A message of 4 MiB in packets of the internet has 3,000. */
const maxPieces = 16 * 1024;
/** What answers that were aborted by the end of the drain get to leave. */
const lastAnswersMs = 100;
/** What clients get to answer the closing handshake at shutdown. */
const goodbyeMs = 1_000;

/** `/ws`: MCP over WebSocket, which is not part of the MCP specification. Guards the upgrade, and keeps the connections within their limits. */
export class WebSocketEndpoint {
  readonly #host: ProcessHost;
  readonly #options: WebSocketEndpointOptions;
  readonly #limits: WebSocketLimits;
  readonly #shared: SharedParts;
  readonly #connections = new Set<WebSocketConnection>();
  readonly #perPrincipal = new Map<string, number>();
  readonly #sweep: NodeJS.Timeout;
  readonly #server: WebSocketServer;
  #opening = 0;
  #isDraining = false;

  constructor(host: ProcessHost, options: WebSocketEndpointOptions) {
    const { createServer, missingListenScopes = () => [], onFirstAnswer } = options;
    this.#host = host;
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#shared = {
      host,
      limits: this.#limits,
      createServer,
      missingListenScopes,
      calls: createActivity(),
      budget: { bytesLeft: this.#limits.maxTotalReceivedBytes },
      held: { length: 0 },
      isDraining: () => this.#isDraining,
      onRefused: ({ code, reason, message, isOrdinary = false }, caller) => {
        if (isOrdinary) host.log.debug({ reason, status: code }, message);
        else options.refused({ reason, status: code, message, caller });
      },
      onFirstAnswer: onFirstAnswer === undefined ? undefined : once(onFirstAnswer),
    };
    this.#server = openServer(this.#limits);
    this.#server.on('wsClientError', ({ message }, _socket, req) => {
      this.#refuse(req, { status: 400, code: 'INVALID_INPUT', reason: 'upgrade', message: `${message}.` });
    });
    this.#sweep = setInterval(() => {
      this.#check();
    }, this.#limits.checkMs).unref();
  }

  /** Open connections. */
  get size(): number {
    return this.#connections.size;
  }

  /** Requests being answered. */
  get activeCalls(): number {
    return this.#shared.calls.active;
  }

  /** Open `subscriptions/listen` requests. */
  get subscriptions(): number {
    return [...this.#connections].reduce((sum, { subscriptions }) => sum + subscriptions, 0);
  }

  /** Answers one upgrade request; never throws. */
  upgrade(req: IncomingMessage, head: Buffer): void {
    const { socket } = req;
    socket.on('error', () => {
      socket.destroy();
    });
    this.#opening += 1;
    this.#open(req, head)
      .catch((error: unknown) => {
        this.#host.log.error({ err: error }, 'a WebSocket could not be opened');
        refuseUpgrade(req, { status: 500, code: 'INTERNAL', reason: 'internal', rpcCode: -32_603, message: 'Internal server error' });
      })
      .finally(() => {
        this.#opening -= 1;
      });
  }

  /** Refuses new connections and requests, waits for running calls, then ends subscriptions and connections (1001). */
  async drain(signal: AbortSignal): Promise<void> {
    this.#isDraining = true;
    for (const connection of this.#connections) connection.announceEnd();
    const { calls } = this.#shared;
    await calls.idle(signal);
    if (signal.aborted) await calls.idle(AbortSignal.timeout(lastAnswersMs));
    await Promise.all([...this.#connections].map((connection) => connection.end()));
    await this.#untilClosed(goodbyeMs);
    clearInterval(this.#sweep);
    for (const connection of this.#connections) connection.terminate();
  }

  async #open(req: IncomingMessage, head: Buffer): Promise<void> {
    const { authenticate, judge } = this.#options;
    const refusal = judge(req) ?? judgeUpgrade(req) ?? this.#judgePhase() ?? this.#judgeCrowd();
    if (refusal !== undefined) {
      this.#refuse(req, refusal);
      return;
    }
    const { config } = this.#host;
    const resource = websocketEndpoint(endpointUrl(config, req.socket.localPort ?? config.port));
    const found = await authenticate({ method: 'GET', resource, url: resource, headers: readCredentials(req) });
    const late = 'refusal' in found ? found.refusal : (this.#judgePhase() ?? this.#judgePrincipal(found.principal));
    if (late !== undefined) {
      this.#refuse(req, late);
    } else if ('principal' in found) {
      const { socket: stream } = req;
      this.#server.handleUpgrade(req, stream, head, (socket) => {
        const connection = new WebSocketConnection(this.#shared, { socket, stream, principal: found.principal });
        this.#add(connection);
        socket.on('close', () => {
          this.#remove(connection);
        });
      });
    }
  }

  #judgePhase(): HttpRefusal | undefined {
    if (!this.#isDraining) return undefined;
    const headers = { 'retry-after': '1' };
    return { status: 503, code: 'CANCELLED', reason: 'draining', message: 'The server is shutting down.', headers };
  }

  /** What is being opened counts, this one included: nobody has to be known to be too many. */
  #judgeCrowd(): HttpRefusal | undefined {
    const { maxConnections } = this.#limits;
    if (this.#connections.size + this.#opening <= maxConnections) return undefined;
    const message = `The server holds ${maxConnections} WebSocket connections, which is its limit.`;
    return { status: 503, code: 'LIMIT', reason: 'websocket-connections', message, headers: { 'retry-after': '10' } };
  }

  #judgePrincipal(principal: Principal): HttpRefusal | undefined {
    const limit = this.#limits.maxConnectionsPerPrincipal;
    if ((this.#perPrincipal.get(ownerKey(principal)) ?? 0) < limit) return undefined;
    const message = `A caller may hold ${limit} WebSocket connections.`;
    return { status: 429, code: 'LIMIT', reason: 'websocket-connections', message, headers: { 'retry-after': '10' }, caller: principal };
  }

  #refuse(req: IncomingMessage, refusal: HttpRefusal): void {
    this.#options.refused(refusal);
    refuseUpgrade(req, refusal);
  }

  #add(connection: WebSocketConnection): void {
    const key = ownerKey(connection.principal);
    this.#connections.add(connection);
    this.#perPrincipal.set(key, (this.#perPrincipal.get(key) ?? 0) + 1);
  }

  #remove(connection: WebSocketConnection): void {
    const key = ownerKey(connection.principal);
    const left = (this.#perPrincipal.get(key) ?? 0) - 1;
    this.#connections.delete(connection);
    if (left > 0) this.#perPrincipal.set(key, left);
    else this.#perPrincipal.delete(key);
  }

  #check(): void {
    const now = this.#host.now();
    let unsent = 0;
    for (const connection of this.#connections) {
      connection.check(now);
      unsent += connection.unsentBytes;
    }
    if (unsent <= this.#limits.maxTotalUnsentBytes) return;
    for (const connection of [...this.#connections].sort((one, other) => other.unsentBytes - one.unsentBytes)) {
      unsent -= connection.unsentBytes;
      connection.cut(cuts.tooSlow);
      if (unsent <= this.#limits.maxTotalUnsentBytes) return;
    }
  }

  async #untilClosed(withinMs: number): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (this.#connections.size > 0 && performance.now() < deadline) await sleep(10);
  }
}

function openServer({ maxMessageBytes }: WebSocketLimits): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    maxFragments: maxPieces,
    maxBufferedChunks: maxPieces,
    handleProtocols: () => subprotocol,
  });
}

function once(run: () => void): () => void {
  let isFirst = true;
  return () => {
    if (isFirst) run();
    isFirst = false;
  };
}
