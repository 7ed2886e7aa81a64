import type { IncomingMessage, ServerResponse } from 'node:http';
import { createMcpHandler, isLegacyRequest, type McpHttpHandler } from '@modelcontextprotocol/server';
import { listenedUris } from '../channel/judge-subscription.ts';
import type { ProcessHost } from '../host.ts';
import { createActivity, type Activity } from '../activity.ts';
import { authenticateAs, type Authenticate, type Authentication } from '../authenticate.ts';
import { addCorsHeaders, sendPreflight } from './cors.ts';
import type { Principal } from '../principal.ts';
import type { CountRefusal } from './count-refusals.ts';
import { endpointUrl } from './endpoint-url.ts';
import { sendWebResponse, toWebRequest } from './exchange.ts';
import { sendRefusal, type HttpRefusal } from './http-error.ts';
import { judgeBatch } from './judge-batch.ts';
import { LegacySessions, type SessionAnswer } from './legacy-sessions.ts';
import { readCredentials } from './read-credentials.ts';
import { readJsonBody, tooBusy, type BodyLimits } from './read-body.ts';
import { createRequestGuard, type RequestGuard } from './request-guard.ts';
import { watchExpiry } from './watch-expiry.ts';
import type { ServeHttpOptions } from './serve-http.ts';
import { isJsonObject } from '../schema/json.ts';

/** Largest number of requests that are answered at the same time; streams, and calls of a session whose client hung up, included. */
export const maxActive = 2_000;
const maxDepth = 256;
/** Largest `subscriptions/listen` in characters of JSON: it is held for as long as its stream is open. */
export const maxListenLength = 256 * 1024;
/** What the bodies of all requests may take together while they arrive. */
const maxBufferedBytes = 256 * 1024 * 1024;
/** Bodies up to this size always find room: there are as many of them as requests at most. */
export const maxSmallLength = 64 * 1024;

/** `/mcp`: guards, body, era, and the SDK behind them. */
export class McpEndpoint {
  readonly #host: ProcessHost;
  readonly #options: ServeHttpOptions;
  readonly #guard: RequestGuard;
  readonly #handler: McpHttpHandler;
  readonly #sessions: LegacySessions | undefined;
  readonly #limits: BodyLimits;
  readonly #refused: CountRefusal;
  readonly #authenticate: Authenticate;
  /** Who sends the requests that are with the SDK. */
  readonly #principals = new WeakMap<Request, Principal>();
  /** Requests whose body has not come yet: no drain waits for what its client may never send. */
  readonly #arriving: Activity = createActivity();
  readonly #calls: Activity = createActivity();
  readonly #streams: Activity = createActivity();
  /** Where clients find this endpoint; known when somebody has. */
  #resource: string | undefined;
  #heldBytes = 0;
  #isDraining = false;

  constructor(host: ProcessHost, options: ServeHttpOptions, refused: CountRefusal) {
    const { createServer, principal, bus } = options;
    this.#authenticate = options.door?.authenticate ?? options.authenticate ?? authenticateAs(principal);
    this.#host = host;
    this.#options = options;
    this.#refused = refused;
    this.#guard = createRequestGuard(host.config);
    this.#limits = { maxBytes: options.maxBodyBytes ?? 4 * 1024 * 1024, maxDepth, budget: { bytesLeft: maxBufferedBytes } };
    this.#sessions = host.config.legacySessions ? new LegacySessions({ createServer, host }) : undefined;
    this.#handler = createMcpHandler(({ era, requestInfo }) => createServer({ era, transport: 'http', ...this.#callerOf(requestInfo) }), {
      bus,
      legacy: this.#sessions === undefined ? 'stateless' : 'reject',
      onerror: (error) => {
        host.log.debug({ err: error }, 'request refused by the protocol layer');
      },
    });
  }

  /** Requests being received or answered. */
  get activeCalls(): number {
    return this.#arriving.active + this.#calls.active;
  }

  /** Open `subscriptions/listen` and GET streams. */
  get openStreams(): number {
    return this.#streams.active;
  }

  get sessions(): number {
    return this.#sessions?.size ?? 0;
  }

  /** Refuses what may not come in by its headers alone. */
  judge(req: IncomingMessage): HttpRefusal | undefined {
    return this.#guard.checkHost(req) ?? this.#guard.checkOrigin(req);
  }

  /** Answers one request; never throws. */
  async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      const refusal = this.judge(req) ?? this.#judgeLoad();
      if (refusal !== undefined) {
        this.#refuse(req, res, refusal);
        return;
      }
      if (req.headers.origin !== undefined) {
        addCorsHeaders(res, req.headers.origin);
      }
      if (req.method === 'OPTIONS') {
        sendPreflight(req, res);
      } else {
        await this.#identify(req, res);
      }
    } catch (error) {
      this.#fail(res, error);
    }
  }

  /** Refuses new requests, waits for running calls, then ends subscriptions and sessions. */
  async drain(signal: AbortSignal): Promise<void> {
    this.#isDraining = true;
    await this.#calls.idle(signal);
    await this.#handler.close();
    await this.#sessions?.close();
    await this.#streams.idle(AbortSignal.any([signal, AbortSignal.timeout(1_000)]));
  }

  #judgePhase(): HttpRefusal | undefined {
    if (!this.#isDraining) return undefined;
    const headers = { connection: 'close', 'retry-after': '1' };
    return { status: 503, code: 'CANCELLED', reason: 'draining', message: 'The server is shutting down.', headers };
  }

  #judgeLoad(): HttpRefusal | undefined {
    const late = this.#judgePhase();
    if (late !== undefined) return late;
    if (Math.max(this.activeCalls, this.#host.lifecycle.active) + this.#streams.active >= maxActive) {
      const message = `The server answers ${maxActive} requests at the same time, which is its limit.`;
      return { status: 503, code: 'LIMIT', reason: 'busy', message, headers: { 'retry-after': '1' } };
    }
    return undefined;
  }

  /** Finds the caller of a request to this endpoint or, with a path, to another page of the server. */
  authenticate(req: IncomingMessage, path?: string): Authentication | Promise<Authentication> {
    const { method = 'GET', socket, url = '' } = req;
    const resource = this.#resourceOf(socket);
    const query = url.indexOf('?');
    const asked = `${path === undefined ? resource : new URL(path, resource).href}${query === -1 ? '' : url.slice(query)}`;
    return this.#authenticate({ method, resource, url: asked, headers: readCredentials(req) });
  }

  #resourceOf({ localPort }: Pick<IncomingMessage['socket'], 'localPort'>): string {
    this.#resource ??= endpointUrl(this.#host.config, localPort ?? this.#host.config.port);
    return this.#resource;
  }

  async #identify(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const asked = this.authenticate(req);
    const found = asked instanceof Promise ? await asked : asked;
    if (res.closed) {
      return;
    }
    const refusal = 'refusal' in found ? found.refusal : this.#judgeLoad();
    if (refusal !== undefined) {
      this.#refuse(req, res, refusal);
    } else if ('principal' in found) {
      await this.#route(req, res, found.principal);
    }
  }

  async #route(req: IncomingMessage, res: ServerResponse, principal: Principal): Promise<void> {
    if (req.method === 'POST') {
      await this.#post(req, res, principal);
    } else if (this.#sessions !== undefined && (req.method === 'GET' || req.method === 'DELETE')) {
      await this.#inSession(this.#sessions, { req, res, principal, body: undefined });
    } else {
      this.#refuse(req, res, methodNotAllowed(this.#sessions !== undefined));
    }
  }

  async #post(req: IncomingMessage, res: ServerResponse, principal: Principal): Promise<void> {
    let held = this.#arriving;
    held.enter();
    res.on('close', () => {
      held.leave();
    });
    const body = await readJsonBody(req, this.#limits);
    if (body === 'gone') {
      res.destroy();
      return;
    }
    if ('refusal' in body) {
      this.#refuse(req, res, body.refusal);
      return;
    }
    const isListen = isListenRequest(body.value);
    const refusal =
      this.#judgePhase() ??
      (isListen ? judgeListenLength(body.value) : (judgeBatch(body.value) ?? this.#hold(res, body.bytes))) ??
      this.#judgeScopes(req, body.value, principal);
    if (refusal !== undefined) {
      this.#refuse(req, res, refusal);
      return;
    }
    if (!res.closed) {
      held.leave();
      held = isListen ? this.#streams : this.#calls;
      held.enter();
    }
    if (isListen && !res.closed) {
      const leave = this.#host.events?.hold(listenedUris(isJsonObject(body.value) ? body.value['params'] : undefined));
      res.on('close', () => leave?.());
    }
    const until = isListen ? watchExpiry(res, principal, this.#host.now) : undefined;
    const exchange = { req, res, principal, body: body.value, until };
    if (this.#sessions === undefined) {
      await this.#serve(toWebRequest(req, res), exchange);
    } else {
      await this.#postWithSessions(this.#sessions, exchange);
    }
  }

  /** A body stays in memory until its request is answered, which may take long. Those of streams have a limit of their own. */
  #hold(res: ServerResponse, bytes: number): HttpRefusal | undefined {
    if (bytes <= maxSmallLength || res.closed) return undefined;
    const { maxHeldBytes = maxBufferedBytes } = this.#options;
    if (this.#heldBytes + bytes > maxHeldBytes) return tooBusy();
    this.#heldBytes += bytes;
    res.on('close', () => {
      this.#heldBytes -= bytes;
    });
    return undefined;
  }

  async #serve(request: Request, { res, principal, body, until }: Exchange): Promise<void> {
    this.#principals.set(request, principal);
    await sendWebResponse(res, await this.#handler.fetch(request, { parsedBody: body }), until);
  }

  #callerOf(requestInfo: Request | undefined): { readonly requestInfo: Request; readonly principal: Principal } {
    const principal = requestInfo && this.#principals.get(requestInfo);
    if (requestInfo === undefined || principal === undefined) {
      throw new Error('the SDK serves a request that nobody sent');
    }
    return { requestInfo, principal };
  }

  /** With a token the client can ask for a better one. Without one only a stream is refused here: it has no result to say it in. */
  #judgeScopes(req: IncomingMessage, body: unknown, principal: Principal): HttpRefusal | undefined {
    const { door, missingScopes } = this.#options;
    if (door === undefined && !isListenRequest(body)) {
      return undefined;
    }
    const missing = missingScopes?.(principal, body) ?? [];
    if (missing.length === 0) {
      return undefined;
    }
    return door?.refuse(principal, missing, this.#resourceOf(req.socket)) ?? missingScope(missing);
  }

  async #postWithSessions(sessions: LegacySessions, exchange: Exchange): Promise<void> {
    const { req, res, body } = exchange;
    const request = toWebRequest(req, res);
    if (await isLegacyRequest(request, body)) {
      await this.#inSession(sessions, exchange);
    } else {
      await this.#serve(request, exchange);
    }
  }

  async #inSession(sessions: LegacySessions, { req, res, body, principal }: Exchange): Promise<void> {
    const isStream = req.method === 'GET';
    if (isStream) {
      this.#streams.enter();
    }
    let answer: SessionAnswer | undefined;
    try {
      answer = await sessions.handle(toWebRequest(req, res), body, principal);
      await sendWebResponse(res, answer.response, isStream ? watchExpiry(res, principal, this.#host.now) : undefined);
    } finally {
      answer?.leave();
      if (isStream) {
        this.#streams.leave();
      }
    }
  }

  #refuse(req: IncomingMessage, res: ServerResponse, refusal: HttpRefusal): void {
    this.#refused(refusal);
    const isUnread = req.method === 'POST' && !req.readableEnded;
    sendRefusal(res, isUnread ? { ...refusal, headers: { connection: 'close', ...refusal.headers } } : refusal);
  }

  #fail(res: ServerResponse, error: unknown): void {
    if (res.destroyed || res.writableFinished) {
      this.#host.log.debug({ err: error }, 'the client left before its answer was sent');
      return;
    }
    this.#host.log.error({ err: error }, 'a request could not be answered');
    if (res.headersSent) {
      res.destroy();
    } else {
      sendRefusal(res, { status: 500, code: 'INTERNAL', reason: 'internal', rpcCode: -32_603, message: 'Internal server error' });
    }
  }
}

interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly principal: Principal;
  readonly body: unknown;
  /** When a stream ends, whatever its client wants. */
  readonly until?: AbortSignal | undefined;
}

function isListenRequest(body: unknown): boolean {
  return isJsonObject(body) && body['method'] === 'subscriptions/listen';
}

function judgeListenLength(body: unknown): HttpRefusal | undefined {
  if (JSON.stringify(body).length <= maxListenLength) {
    return undefined;
  }
  const message = `A subscription may have ${maxListenLength} characters at most.`;
  return { status: 413, code: 'LIMIT', reason: 'listen-size', message, hint: 'Listen for fewer resources.' };
}

function missingScope(scopes: readonly string[]): HttpRefusal {
  const message = `The caller lacks the scope ${scopes.join(', ')}.`;
  return { status: 403, code: 'DENIED', reason: 'scope', message, hint: 'Listen only for resources that resources/list shows.' };
}

function methodNotAllowed(hasSessions: boolean): HttpRefusal {
  return {
    status: 405,
    code: 'INVALID_INPUT',
    reason: 'method',
    message: 'Method Not Allowed.',
    hint: hasSessions
      ? 'Send JSON-RPC with POST, open a stream with GET, end a session with DELETE.'
      : 'Send JSON-RPC with POST. Streams and sessions of 2025-era clients need --legacy-sessions.',
    headers: { allow: hasSessions ? 'GET, POST, DELETE, OPTIONS' : 'POST, OPTIONS' },
  };
}
