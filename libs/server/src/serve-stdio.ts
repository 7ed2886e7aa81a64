import type { Readable } from 'node:stream';
import { serveStdio as serveConnection } from '@modelcontextprotocol/server/stdio';
import { JsonRpcChannel } from './channel/json-rpc-channel.ts';
import type { CreateServer } from './connection.ts';
import type { ProcessHost } from './host.ts';
import type { Principal } from './principal.ts';
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
  /** Called once, after the first answer. */
  readonly onFirstAnswer?: () => void;
}

/**
 * Serves MCP on one pair of streams, in the era that the client opens with, until the host's lifecycle stops: running calls are answered
 * as far as the drain allows, then subscriptions end with a result. It does not watch for the end of stdin; `watchStdio` does.
 */
export function serveStdio(host: ProcessHost, options: ServeStdioOptions): void {
  const { log, lifecycle } = host;
  const { createServer, principal, stdin, stdout, onFirstAnswer } = options;
  const channel = new JsonRpcChannel(new StdioWire({ stdin, stdout }), { ...(onFirstAnswer !== undefined && { onFirstAnswer }) });
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
