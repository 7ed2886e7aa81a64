import { createServer, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { createBareServer } from './bare-factory.ts';

/** The bare server on a loopback port. */
export interface BareHttp extends AsyncDisposable {
  readonly url: string;
  /** The requests so far, newest last. */
  readonly requests: readonly IncomingMessage[];
  /** Tells the modern clients that the note changed. */
  touchNote(): void;
  /** Answers every request with this status, and headers, from now on. */
  fail(status: number, headers?: OutgoingHttpHeaders): void;
}

export async function startBareHttp(): Promise<BareHttp> {
  const handler = createMcpHandler(() => createBareServer());
  const serve = toNodeHandler(handler);
  const requests: IncomingMessage[] = [];
  let failure: { status: number; headers: OutgoingHttpHeaders } | undefined;
  const server = createServer((request, response) => {
    requests.push(request);
    if (failure === undefined) void serve(request as Parameters<typeof serve>[0], response);
    else response.writeHead(failure.status, failure.headers).end('secret of the proxy');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/mcp`,
    requests,
    touchNote: () => {
      handler.notify.resourceUpdated('test://note');
    },
    fail: (status, headers = {}) => void (failure = { status, headers }),
    async [Symbol.asyncDispose]() {
      await handler.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
