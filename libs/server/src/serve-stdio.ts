import type { Readable } from 'node:stream';
import { serveStdio as serveConnection } from '@modelcontextprotocol/server/stdio';
import { AppError } from '@trellis-mcp/errors';
import { JsonRpcChannel, type JsonRpcChannelOptions, type RpcError } from './channel/json-rpc-channel.ts';
import { judgeSubscription } from './channel/judge-subscription.ts';
import type { CreateServer } from './connection.ts';
import type { ProcessHost } from './host.ts';
import type { Principal } from './principal.ts';
import { toProtocolError } from './run/error-result.ts';
import type { ProtocolOutput } from './stdio/guard-stdout.ts';
import { StdioWire } from './stdio/stdio-wire.ts';

/** How {@link serveStdio} serves. */
export interface ServeStdioOptions {
  readonly createServer: CreateServer;
  /** Whom calls are made for. */
  readonly principal: Principal;
  readonly stdin: Readable;
  /** Made by `guardStdout`: carries JSON-RPC and nothing else. */
  readonly stdout: ProtocolOutput;
  /** The scopes that the principal lacks for hearing of changes of these resources. Default: none. */
  readonly missingListenScopes?: (principal: Principal, uris: readonly string[]) => readonly string[];
  /** Requests that may be unanswered at the same time. Default: 20,000. */
  readonly maxUnanswered?: number;
  /** Called once, after the first answer. */
  readonly onFirstAnswer?: () => void;
}

/** What all requests without an answer may have together, in characters. */
const maxHeldLength = 256 * 1024 * 1024;

/**
 * Serves MCP on one pair of streams, in the era that the client opens with, until the host's lifecycle stops: running calls are answered
 * as far as the drain allows, then subscriptions end with a result. It does not watch for the end of stdin; `watchStdio` does.
 */
export function serveStdio(host: ProcessHost, options: ServeStdioOptions): void {
  const { log, lifecycle } = host;
  const { createServer, principal, stdin, stdout, onFirstAnswer } = options;
  const judgeScopes = principal.scopes === 'all' ? undefined : createJudge(host, options);
  const { maxUnanswered = 20_000 } = options;
  let heldLength = 0;
  const channel: JsonRpcChannel = new JsonRpcChannel(new StdioWire({ stdin, stdout }), {
    onListen: host.events?.hold,
    onHeld: (length) => {
      heldLength += length;
    },
    ...(onFirstAnswer !== undefined && { onFirstAnswer }),
    judge(request, length) {
      const isFull = channel.unanswered >= maxUnanswered || heldLength + length > maxHeldLength;
      return isFull ? refuseMore(host) : judgeScopes?.(request, length);
    },
  });
  const connection = serveConnection(({ era }) => createServer({ era, transport: 'stdio', principal }), {
    transport: channel,
    onerror: (error) => {
      log.debug({ err: error }, 'The protocol layer reported an error.');
    },
  });
  host.health.setSource({ activeSessions: () => 1 });
  lifecycle.onDrain('stdio', async (signal) => {
    await channel.idle(signal);
    await connection.close();
  });
}

/** A client that waits for no answer must not fill the memory. */
function refuseMore({ health }: ProcessHost): RpcError {
  health.metrics.rejected('busy');
  const full = new AppError('LIMIT', 'The server has more to answer than it can hold.', { retryable: true, retryAfterMs: 1_000 });
  const { message, data } = toProtocolError(full);
  return { code: -32_000, message, data };
}

function createJudge(
  { log, health }: ProcessHost,
  { principal, missingListenScopes = () => [] }: ServeStdioOptions,
): NonNullable<JsonRpcChannelOptions['judge']> {
  return ({ method, params }) => {
    if (method !== 'subscriptions/listen') return undefined;
    const denied = judgeSubscription(params, (uris) => missingListenScopes(principal, uris));
    if (denied === undefined) return undefined;
    health.metrics.rejected('scope');
    log.warn({ reason: 'scope', principal: principal.id }, denied.message);
    const { message, data } = toProtocolError(denied);
    return { code: -32_000, message, data };
  };
}
