import type { Socket } from 'node:net';
import { serveStdio as serveConnection, type StdioServerHandle } from '@modelcontextprotocol/server/stdio';
import type { JSONRPCRequest } from '@modelcontextprotocol/server';
import type { WebSocket } from 'ws';
import type { Activity } from '../activity.ts';
import { JsonRpcChannel, type RpcError } from '../channel/json-rpc-channel.ts';
import type { CreateServer } from '../connection.ts';
import type { ProcessHost } from '../host.ts';
import { maxActive } from '../http/mcp-endpoint.ts';
import type { Principal } from '../principal.ts';
import { cuts, type Cut } from './cut.ts';
import { judgeRequest } from './judge-request.ts';
import { LifeSigns } from './life-signs.ts';
import type { WebSocketLimits } from './websocket-limits.ts';
import { WebSocketWire } from './websocket-wire.ts';

/** What all connections of one endpoint share. */
export interface SharedParts {
  readonly host: Pick<ProcessHost, 'events' | 'lifecycle' | 'log' | 'now'>;
  readonly limits: WebSocketLimits;
  readonly createServer: CreateServer;
  readonly missingListenScopes: (principal: Principal, uris: readonly string[]) => readonly string[];
  /** Counts unanswered requests. */
  readonly calls: Activity;
  readonly budget: { bytesLeft: number };
  /** Characters of all requests without an answer. */
  readonly held: { length: number };
  readonly isDraining: () => boolean;
  /** Counts what the server refused or ended. */
  readonly onRefused: (refusal: Cut, caller: Principal) => void;
  readonly onFirstAnswer: (() => void) | undefined;
}

/** One client over one WebSocket: its era, its server, its signs of life. */
export class WebSocketConnection {
  readonly principal: Principal;
  readonly #shared: SharedParts;
  readonly #wire: WebSocketWire;
  readonly #channel: JsonRpcChannel;
  readonly #signs: LifeSigns;
  readonly #served: StdioServerHandle;
  #hasSubscribed = false;

  constructor(shared: SharedParts, { socket, stream, principal }: { socket: WebSocket; stream: Socket; principal: Principal }) {
    const { host, limits, budget, calls, onRefused, onFirstAnswer, createServer } = shared;
    this.#shared = shared;
    this.principal = principal;
    const onCrowded = (): void => {
      this.#wire.cut(cuts.crowded);
    };
    this.#signs = new LifeSigns({ socket, stream, limits, budget, onCrowded, now: host.now() });
    const onCut = (cut: Cut): void => {
      onRefused(cut, principal);
    };
    this.#wire = new WebSocketWire({ socket, stream, limits, onCut, admit: () => this.#admit() });
    this.#channel = new JsonRpcChannel(this.#wire, {
      activity: calls,
      onHeld: (length) => {
        shared.held.length += length;
      },
      answersUnreadable: true,
      judge: (request, length) => this.#judge(request, length),
      onListen: host.events?.hold,
      ...(onFirstAnswer !== undefined && { onFirstAnswer }),
    });
    this.#served = serveConnection(({ era }) => createServer({ era, transport: 'websocket', principal }), {
      transport: this.#channel,
      onerror: (error) => {
        host.log.debug({ err: error }, 'The protocol layer reported an error.');
      },
    });
  }

  get subscriptions(): number {
    return this.#channel.subscriptions;
  }

  /** Bytes that the client has not taken yet. */
  get unsentBytes(): number {
    return this.#wire.unsentBytes;
  }

  /** Ends the connection when its token has expired or its client is gone, idle or hostile; call it again and again. */
  check(now: number): void {
    const isBusy = this.#channel.unanswered > 0 || this.#channel.subscriptions > 0 || this.#hasSubscribed;
    const cut = this.#isExpired(now) ? cuts.expired : this.#signs.check(now, { isBusy });
    if (cut !== undefined) this.#wire.cut(cut);
  }

  /** Ends the connection for a reason. */
  cut(cut: Cut): void {
    this.#wire.cut(cut);
  }

  /** The drain has begun. */
  announceEnd(): void {
    this.#wire.announceEnd();
  }

  /** Ends subscriptions with a result, then the connection. */
  async end(): Promise<void> {
    await this.#served.close();
  }

  /** Ends the connection without a word. */
  terminate(): void {
    this.#wire.terminate();
  }

  #isExpired(now: number): boolean {
    const { expiresAt } = this.principal;
    return expiresAt !== undefined && expiresAt <= now;
  }

  #admit(): boolean {
    this.#signs.noteMessage();
    if (!this.#isExpired(this.#shared.host.now())) return true;
    this.#wire.cut(cuts.expired);
    return false;
  }

  #judge(request: JSONRPCRequest, length: number): RpcError | undefined {
    const { host, limits, isDraining, missingListenScopes, onRefused } = this.#shared;
    const refusal = judgeRequest(request, length, {
      isDraining: isDraining(),
      isDoubled: this.#channel.has(request.id),
      unanswered: this.#channel.unanswered,
      maxUnanswered: limits.maxUnanswered,
      active: host.lifecycle.active,
      maxActive,
      heldLength: this.#shared.held.length,
      maxHeldLength: limits.maxTotalReceivedBytes,
      listenLength: this.#channel.listenLength,
      missingListenScopes: (uris) => missingListenScopes(this.principal, uris),
    });
    if (refusal === undefined) {
      this.#hasSubscribed ||= request.method === 'resources/subscribe';
      return undefined;
    }
    onRefused({ ...refusal.error, reason: refusal.reason }, this.principal);
    return refusal.error;
  }
}
