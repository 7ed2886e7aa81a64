import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type JSONRPCMessage, parseJSONRPCMessage, type Transport } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { type WebSocket, WebSocketServer } from 'ws';
import { createBareServer } from './bare-factory.ts';

/** The bare server over WebSocket on a loopback port. */
export interface BareWebSocket extends AsyncDisposable {
  readonly url: string;
  /** The upgrades so far, newest last. */
  readonly upgrades: readonly IncomingMessage[];
  /** The connections so far, newest last. */
  readonly sockets: readonly WebSocket[];
  /** Answers every upgrade with this status from now on. */
  fail(status: number): void;
}

export async function startBareWebSocket(options: { readonly autoPong?: boolean } = {}): Promise<BareWebSocket> {
  const upgrades: IncomingMessage[] = [];
  const sockets: WebSocket[] = [];
  let status: number | undefined;
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    ...options,
    verifyClient: (_info, done) => {
      done(status === undefined, status, 'secret of the proxy');
    },
  });
  server.on('connection', (socket, request) => {
    upgrades.push(request);
    sockets.push(socket);
    serveStdio(() => createBareServer(), { transport: overSocket(socket) });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${String(port)}/ws`,
    upgrades,
    sockets,
    fail: (code) => void (status = code),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.terminate();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function overSocket(socket: WebSocket): Transport {
  const transport: Transport = {
    start() {
      socket.on('message', (data: Buffer) => {
        transport.onmessage?.(parseJSONRPCMessage(JSON.parse(data.toString('utf8'))));
      });
      socket.on('close', () => transport.onclose?.());
      return Promise.resolve();
    },
    send(message: JSONRPCMessage) {
      socket.send(JSON.stringify(message));
      return Promise.resolve();
    },
    close() {
      socket.close();
      return Promise.resolve();
    },
  };
  return transport;
}
