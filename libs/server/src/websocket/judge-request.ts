import type { JSONRPCRequest } from '@modelcontextprotocol/server';
import { AppError } from '@trellis-mcp/errors';
import type { RpcError } from '../channel/json-rpc-channel.ts';
import { judgeSubscription } from '../channel/judge-subscription.ts';
import { maxListenLength, maxSmallLength } from '../http/mcp-endpoint.ts';
import { toProtocolError } from '../run/error-result.ts';

/** What a {@link judgeRequest} looks at. */
export interface RequestLoad {
  readonly isDraining: boolean;
  /** Whether a request with the same id is open on this connection. */
  readonly isDoubled: boolean;
  /** Requests of this connection without an answer, and how many there may be. */
  readonly unanswered: number;
  readonly maxUnanswered: number;
  /** Calls of all connections and requests that run, and how many there may be. */
  readonly active: number;
  readonly maxActive: number;
  /** Characters of all requests without an answer, and how many there may be. */
  readonly heldLength: number;
  readonly maxHeldLength: number;
  /** Characters of this connection's subscriptions. */
  readonly listenLength: number;
  readonly missingListenScopes: (uris: readonly string[]) => readonly string[];
}

/** A request that is refused, and the label that counts it. */
export interface RequestRefusal {
  readonly reason: string;
  readonly error: RpcError;
}

/** Refuses what the edge of HTTP refuses with a status: requests during the drain, too many of them, subscriptions beyond scope or size. */
export function judgeRequest({ id, method, params }: JSONRPCRequest, length: number, load: RequestLoad): RequestRefusal | undefined {
  if (load.isDoubled) {
    const message = `Invalid Request: a request with the id ${JSON.stringify(id).slice(0, 80)} is still being answered.`;
    return { reason: 'request-id', error: { code: -32_600, message } };
  }
  if (load.isDraining) return refuse('draining', new AppError('CANCELLED', 'The server is shutting down.', { retryable: true }));
  if (method === 'subscriptions/listen') return judgeListen(params, length, load);
  if (load.unanswered >= load.maxUnanswered) {
    return refuse('busy', tooMany(`A connection may have ${load.maxUnanswered} requests unanswered at the same time.`));
  }
  if (load.active >= load.maxActive) {
    return refuse('busy', tooMany(`The server answers ${load.maxActive} requests at the same time, which is its limit.`));
  }
  // A small one always finds room: there are as many of them as requests at most.
  if (length > maxSmallLength && load.heldLength + length > load.maxHeldLength) {
    return refuse('busy', tooMany('The server has more to answer than it can hold.'));
  }
  return undefined;
}

function judgeListen(params: JSONRPCRequest['params'], length: number, load: RequestLoad): RequestRefusal | undefined {
  if (load.listenLength + length > maxListenLength) {
    const message = `The subscriptions of a connection may have ${maxListenLength} characters at most.`;
    return refuse('listen-size', new AppError('LIMIT', message, { hint: 'Listen for fewer resources.' }));
  }
  const denied = judgeSubscription(params, load.missingListenScopes);
  return denied && refuse('scope', denied);
}

function tooMany(message: string): AppError {
  return new AppError('LIMIT', message, { retryable: true, retryAfterMs: 1_000 });
}

function refuse(reason: string, error: AppError): RequestRefusal {
  const { message, data } = toProtocolError(error);
  return { reason, error: { code: -32_000, message, data } };
}
