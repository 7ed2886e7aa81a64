import { randomUUID } from 'node:crypto';
import {
  isInitializeRequest,
  ProtocolErrorCode,
  WebStandardStreamableHTTPServerTransport,
  type McpServer,
  type RequestId,
} from '@modelcontextprotocol/server';
import { cancelledId } from '../channel/cancelled-id.ts';
import type { CreateServer } from '../connection.ts';
import type { ProcessHost } from '../host.ts';
import type { Principal } from '../principal.ts';
import { messagesOf, requestIds } from './judge-batch.ts';
import { createSessionEvents } from './session-events.ts';

const sweepMs = 60_000;
const eventLimits = { maxEvents: 500, maxBytes: 512 * 1024 };

interface Session {
  /** Shared with its server. `principal` is as the latest request showed it: a later token may have other scopes. */
  readonly caller: { principal: Principal };
  readonly server: McpServer;
  readonly transport: WebStandardStreamableHTTPServerTransport;
  /** Requests and streams that are open now; a session with one is not idle. */
  open: number;
  /** Ids of requests that are being answered. */
  readonly running: Set<unknown>;
  lastUsedAt: number;
}

/** An answer of a session; `leave` is called once it was sent or abandoned. */
export interface SessionAnswer {
  readonly response: Response;
  leave(): void;
}

/** What {@link LegacySessions} needs. */
export interface LegacySessionsOptions {
  readonly createServer: CreateServer;
  readonly host: Pick<ProcessHost, 'log' | 'now'>;
  /** Default: 1,000. */
  readonly maxSessions?: number;
  /** How long a session lives without a request, in milliseconds. Default: 30 minutes. */
  readonly idleTtlMs?: number;
}

/** The sessions of 2025-era HTTP clients, held in this process and bound to the principal that opened them (spec 2025-11-25: sessions). */
export class LegacySessions {
  readonly #createServer: CreateServer;
  readonly #host: Pick<ProcessHost, 'log' | 'now'>;
  readonly #maxSessions: number;
  readonly #idleTtlMs: number;
  readonly #sessions = new Map<string, Session>();
  readonly #sweep: NodeJS.Timeout;
  /** Who sends the requests that are with the SDK. */
  readonly #callers = new WeakMap<Request, Principal>();
  #opening = 0;

  constructor({ createServer, host, maxSessions = 1_000, idleTtlMs = 30 * 60_000 }: LegacySessionsOptions) {
    this.#createServer = createServer;
    this.#host = host;
    this.#maxSessions = maxSessions;
    this.#idleTtlMs = idleTtlMs;
    this.#sweep = setInterval(
      () => {
        this.#dropIdle();
      },
      Math.min(sweepMs, idleTtlMs),
    ).unref();
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Answers one request of a 2025-era client: opens a session for `initialize`, finds it for everything else. */
  async handle(request: Request, body: unknown, principal: Principal): Promise<SessionAnswer> {
    const id = request.headers.get('mcp-session-id');
    this.#callers.set(request, principal);
    if (id !== null) {
      const session = this.#find(id, principal);
      if (session === undefined) return settled(notFound());
      session.caller.principal = principal;
      return this.#answer(session, request, body);
    }
    if (!isInitializeRequest(body)) {
      return settled(rpcError(400, 'Bad Request: the Mcp-Session-Id header is required. Send initialize first.'));
    }
    this.#dropIdle();
    if (this.#sessions.size + this.#opening >= this.#maxSessions) {
      return settled(full(this.#maxSessions));
    }
    return this.#open(request, body, principal);
  }

  /** Ends all sessions and their streams. */
  async close(): Promise<void> {
    clearInterval(this.#sweep);
    await Promise.all([...this.#sessions].map(([id, session]) => this.#drop(id, session)));
  }

  async #open(request: Request, body: unknown, principal: Principal): Promise<SessionAnswer> {
    this.#opening += 1;
    try {
      const transport = new WebStandardStreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        eventStore: createSessionEvents(eventLimits),
        retryInterval: 1_000,
        onsessioninitialized: (id) => {
          this.#sessions.set(id, session);
        },
        onsessionclosed: (id) => {
          this.#sessions.delete(id);
        },
      });
      const caller = { principal };
      const server = this.#createServer({
        era: 'legacy',
        transport: 'http-session',
        get principal() {
          return caller.principal;
        },
        callerOf: (sent) => this.#callers.get(sent),
      });
      const session: Session = { caller, server, transport, open: 0, running: new Set(), lastUsedAt: this.#host.now() };
      await server.connect(transport);
      const result = await this.#answer(session, request, body);
      if (transport.sessionId === undefined) {
        await server.close();
      }
      return result;
    } finally {
      this.#opening -= 1;
    }
  }

  async #answer(session: Session, request: Request, body: unknown): Promise<SessionAnswer> {
    const ids = requestIds(body);
    // The SDK answers the second of two requests with one id only, and never ends the stream of the first.
    if (ids.some((id) => session.running.has(id)) || new Set(ids).size < ids.length) {
      return settled(rpcError(400, 'Bad Request: a request with this id is still being answered.', { code: -32_600 }));
    }
    session.open += 1;
    for (const id of ids) {
      session.running.add(id);
    }
    const leave = (): void => {
      session.open -= 1;
      for (const id of ids) {
        session.running.delete(id);
      }
      session.lastUsedAt = this.#host.now();
    };
    try {
      const response = await session.transport.handleRequest(request, body === undefined ? undefined : { parsedBody: body });
      for (const id of messagesOf(body).map(cancelledId)) {
        if (id !== undefined && session.running.has(id)) await this.#endCancelled(session, id);
      }
      return { response, leave };
    } catch (error) {
      leave();
      throw error;
    }
  }

  /**
   * Ends the stream of a request that its client cancelled: the SDK answers no such request, and would hold its stream as long as the session.
   * The stream ends without an answer, as it should; a client that comes back for the rest of it is told (spec 2025-11-25: cancellation).
   */
  async #endCancelled({ transport }: Session, id: RequestId): Promise<void> {
    transport.closeSSEStream(id);
    try {
      await transport.send({ jsonrpc: '2.0', id, error: { code: ProtocolErrorCode.InternalError, message: 'The request was cancelled.' } });
    } catch (error) {
      this.#host.log.debug({ err: error }, 'a cancelled request was answered already');
    }
  }

  #find(id: string, principal: Principal): Session | undefined {
    const session = this.#sessions.get(id);
    return session === undefined || !isSame(session.caller.principal, principal) || this.#isIdle(session) ? undefined : session;
  }

  #isIdle(session: Session): boolean {
    return session.open === 0 && this.#host.now() - session.lastUsedAt >= this.#idleTtlMs;
  }

  #dropIdle(): void {
    for (const [id, session] of this.#sessions) {
      if (this.#isIdle(session)) {
        void this.#drop(id, session);
      }
    }
  }

  async #drop(id: string, session: Session): Promise<void> {
    this.#sessions.delete(id);
    try {
      await session.server.close();
    } catch (error) {
      this.#host.log.warn({ err: error }, 'a session did not close cleanly');
    }
  }
}

function isSame(one: Principal, other: Principal): boolean {
  return one.id === other.id && one.tenant === other.tenant;
}

function settled(response: Response): SessionAnswer {
  return { response, leave: () => undefined };
}

/** One answer for unknown, ended and foreign ids: the client opens a new session then. */
function notFound(): Response {
  return rpcError(404, 'Session not found', { code: -32_001 });
}

function full(limit: number): Response {
  const message = `This server holds ${limit} sessions, which is its limit. Try again later.`;
  return rpcError(503, message, { headers: { 'retry-after': '60' } });
}

function rpcError(status: number, message: string, options: { code?: number; headers?: Record<string, string> } = {}): Response {
  const { code = -32_000, headers = {} } = options;
  return Response.json({ jsonrpc: '2.0', id: null, error: { code, message } }, { status, headers });
}
