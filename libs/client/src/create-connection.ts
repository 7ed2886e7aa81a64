import {
  type Client,
  LOG_LEVEL_META_KEY,
  type RequestOptions,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client';
import type { ConnectOptions } from './connect-options.ts';
import type { CallOptions, Connection, ServerInfo, ToolCallOptions } from './connection.ts';
import { StdioProcess } from './stdio-process.ts';
import { Subscriptions } from './subscriptions.ts';
import { toAppError } from './to-app-error.ts';
import { readToolAnswer } from './tool-answer.ts';
import { WebSocketTransport } from './websocket-transport.ts';

/** What {@link createConnection} builds on: a client that is connected over its transport. */
export interface ConnectedClient {
  readonly client: Client;
  readonly transport: Transport;
  readonly options: ConnectOptions;
  readonly closed: Promise<void>;
}

type Send = <T>(options: ToolCallOptions, request: (options: RequestOptions) => Promise<T>) => Promise<T>;

/** Wraps a connected SDK client. */
export function createConnection({ client, transport, options, closed }: ConnectedClient): Connection {
  const era = client.getProtocolEra() === 'modern' ? 'modern' : 'legacy';
  const send = createSend(options.timeoutMs ?? 60_000, transport);
  const subscriptions = new Subscriptions(client, closed);
  const close = closeOnce(client, transport);
  return {
    raw: client,
    era,
    server: serverInfoOf(client),
    pid: transport instanceof StdioProcess ? (transport.pid ?? undefined) : undefined,
    closed,
    ...listMethods(client, send),
    ...requestMethods(client, send, era === 'modern' && options.onLog !== undefined ? (options.logLevel ?? 'info') : undefined),
    subscribe: (uris, onUpdate, call = {}) => send(call, (request) => subscriptions.open(uris, onUpdate, request)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Runs one request with its deadline and signal, and translates what it throws. */
function createSend(defaultTimeoutMs: number, transport: Transport): Send {
  return async ({ signal, timeoutMs = defaultTimeoutMs, onProgress }, request) => {
    const options: RequestOptions = { timeout: timeoutMs, maxTotalTimeout: timeoutMs };
    if (signal !== undefined) options.signal = signal;
    if (onProgress !== undefined) options.onprogress = onProgress;
    try {
      return await request(options);
    } catch (error) {
      throw toAppError(error, { signal, timeoutMs, closure: transport instanceof WebSocketTransport ? transport.failure : undefined });
    }
  };
}

type ListMethods = Pick<Connection, 'listTools' | 'listResources' | 'listResourceTemplates' | 'listPrompts'>;

function listMethods(client: Client, send: Send): ListMethods {
  return {
    listTools: (call = {}) => send(call, async (request) => (await client.listTools(undefined, request)).tools),
    listResources: (call = {}) => send(call, async (request) => (await client.listResources(undefined, request)).resources),
    listResourceTemplates: (call = {}) =>
      send(call, async (request) => (await client.listResourceTemplates(undefined, request)).resourceTemplates),
    listPrompts: (call = {}) => send(call, async (request) => (await client.listPrompts(undefined, request)).prompts),
  };
}

type RequestMethods = Pick<Connection, 'callTool' | 'readResource' | 'getPrompt' | 'complete'>;

/** `logLevel` is what a modern request carries to ask for log messages; older servers were told once, at connect. */
function requestMethods(client: Client, send: Send, logLevel: string | undefined): RequestMethods {
  const meta = logLevel === undefined ? {} : { _meta: { [LOG_LEVEL_META_KEY]: logLevel } };
  return {
    callTool: (name, args = {}, call = {}) =>
      send(call, async (request) => readToolAnswer(await client.callTool({ name, arguments: { ...args }, ...meta }, request))),
    readResource: (uri, call: CallOptions = {}) =>
      send(call, async (request) => (await client.readResource({ uri, ...meta }, request)).contents),
    getPrompt: (name, args = {}, call = {}) =>
      send(call, (request) => client.getPrompt({ name, arguments: { ...args }, ...meta }, request)),
    complete: (params, call = {}) => send(call, async (request) => (await client.complete(params, request)).completion),
  };
}

function serverInfoOf(client: Client): ServerInfo {
  return {
    implementation: client.getServerVersion(),
    capabilities: client.getServerCapabilities() ?? {},
    instructions: client.getInstructions(),
  };
}

function closeOnce(client: Client, transport: Transport): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => (closing ??= closeClient(client, transport));
}

async function closeClient(client: Client, transport: Transport): Promise<void> {
  if (transport instanceof StreamableHTTPClientTransport && transport.sessionId !== undefined) {
    const deadline = new Promise((resolve) => setTimeout(resolve, 2000).unref());
    await Promise.race([Promise.allSettled([transport.terminateSession()]), deadline]);
  }
  await client.close();
}
