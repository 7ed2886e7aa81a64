import { Agent, request } from 'node:http';
import type { McpRequest } from './mcp-request.ts';

/** Where the load goes and how much of it. */
export interface LoadOptions {
  readonly port: number;
  readonly count: number;
  /** Requests in flight at once. */
  readonly concurrency: number;
  /** Checks one response body; throws when it is not the expected answer. */
  readonly check: (body: string) => void;
}

/** Sends `count` requests over keep-alive connections and resolves when every answer has been checked. */
export async function sendLoad(build: (id: number) => McpRequest, options: LoadOptions): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.concurrency });
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < options.count) {
      next += 1;
      options.check(await post(build(next), options.port, agent));
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, worker));
  agent.destroy();
}

function post({ body, headers }: McpRequest, port: number, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path: '/mcp', method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(`status ${response.statusCode}: ${text}`))));
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
