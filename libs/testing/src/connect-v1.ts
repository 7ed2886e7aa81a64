import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Command } from './entry.ts';

/** A connected client of SDK v1. */
export interface V1Connection extends AsyncDisposable {
  readonly client: Client;
}

/** Connects with the real client of the 2025 era, SDK v1: over HTTP to a URL, or over stdio to a command. */
export async function connectV1(target: { readonly url: string } | Command): Promise<V1Connection> {
  const client = new Client({ name: 'v1-client', version: '1.0.0' }, { capabilities: { elicitation: {}, sampling: {}, roots: {} } });
  // The classes of v1 are written for compilers without exactOptionalPropertyTypes.
  const transport = openTransport(target) as Transport;
  await client.connect(transport);
  return { client, [Symbol.asyncDispose]: () => client.close() };
}

function openTransport(target: { readonly url: string } | Command): StreamableHTTPClientTransport | StdioClientTransport {
  if ('url' in target) return new StreamableHTTPClientTransport(new URL(target.url));
  return new StdioClientTransport({ command: target.command, args: [...target.args], stderr: 'ignore' });
}
