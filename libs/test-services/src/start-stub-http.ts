import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';

/** Answers one request; a throw becomes status 500 with the error's text and is kept in `failures`. */
export type StubHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** What a stub server saw of a request. */
export interface SeenRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
}

/** A real HTTP server on 127.0.0.1 with the answers of a test. */
export interface StubHttp extends AsyncDisposable {
  /** Without a trailing slash, such as `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly port: number;
  /** The newest 1,000 requests. */
  readonly requests: readonly SeenRequest[];
  /** What handlers threw, the newest 100. */
  readonly failures: readonly unknown[];
  /** Cuts every open connection and stops. */
  stop(): Promise<void>;
}

/** Starts a stub server on a free port. */
export async function startStubHttp(handler: StubHandler): Promise<StubHttp> {
  const requests: SeenRequest[] = [];
  const failures: unknown[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    keep(requests, { method: request.method ?? '', url: request.url ?? '', headers: request.headers }, 1_000);
    try {
      await handler(request, response);
    } catch (error) {
      keep(failures, error, 100);
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(String(error));
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The stub server has no port.');
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const { port } = address;
  return { url: `http://127.0.0.1:${String(port)}`, port, requests, failures, stop, [Symbol.asyncDispose]: stop };
}

function keep<T>(list: T[], item: T, limit: number): void {
  list.push(item);
  if (list.length > limit) list.shift();
}
