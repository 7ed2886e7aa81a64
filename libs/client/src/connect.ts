import { Client, type ClientOptions, type Transport, type VersionNegotiationOptions } from '@modelcontextprotocol/client';
import { isAppError } from '@trellis-mcp/errors';
import { capabilitiesOf, installFeatures, listChangedOf } from './client-features.ts';
import type { ConnectOptions, ConnectTarget } from './connect-options.ts';
import type { Connection } from './connection.ts';
import { createConnection } from './create-connection.ts';
import { setLogLevel } from './older-features.ts';
import { openTransport } from './open-transport.ts';
import { StdioProcess } from './stdio-process.ts';
import { type FailureContext, toAppError } from './to-app-error.ts';
import { WebSocketTransport } from './websocket-transport.ts';

const modernVersion = '2026-07-28';

/**
 * Connects to an MCP server over stdio, Streamable HTTP or WebSocket, in the era that the server speaks.
 *
 * A server that ends when it is asked for its era (older SDKs do) is started once more and taken as `legacy`.
 * @throws AppError `UPSTREAM` when the server cannot be reached, `TIMEOUT`, `CANCELLED`, or `DENIED` when it wants authorization.
 */
export async function connect(target: ConnectTarget, options: ConnectOptions = {}): Promise<Connection> {
  const isRespawnable = 'stdio' in target && (options.era ?? 'auto') === 'auto';
  const first: Attempt = { transport: openTransport(target, options), hasEnded: false };
  try {
    return await attempt(first, options);
  } catch (error) {
    if (!isRespawnable || !first.hasEnded || options.signal?.aborted === true || !isAppError(error) || error.code !== 'UPSTREAM')
      throw error;
    return await attempt({ transport: openTransport(target, options), hasEnded: false }, { ...options, era: 'legacy' });
  }
}

interface Attempt {
  readonly transport: Transport;
  /** Whether the other side ended the connection by itself. */
  hasEnded: boolean;
}

async function attempt(state: Attempt, options: ConnectOptions): Promise<Connection> {
  const { transport } = state;
  const { signal, timeoutMs = 60_000 } = options;
  const client = createClient(options);
  const end = Promise.withResolvers<undefined>();
  transport.onclose = () => {
    state.hasEnded = true;
    end.resolve(undefined);
  };
  const onAbort = (): void => void transport.close();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    signal?.throwIfAborted();
    await client.connect(transport, { timeout: timeoutMs, ...(signal === undefined ? {} : { signal }) });
    if (options.onLog !== undefined) await setLogLevel(client, options.logLevel ?? 'info', timeoutMs);
  } catch (error) {
    await Promise.allSettled([client.close(), transport.close()]);
    throw toAppError(error, { signal, timeoutMs, ...describeEnd(transport) });
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
  return createConnection({ client, transport, options, closed: end.promise });
}

/** What a transport tells of its end. */
function describeEnd(transport: Transport): Pick<FailureContext, 'stderr' | 'closure'> {
  if (transport instanceof StdioProcess) return { stderr: transport.stderrTail };
  return transport instanceof WebSocketTransport ? { closure: transport.failure } : {};
}

function createClient(options: ConnectOptions): Client {
  const { clientInfo = { name: 'trellis-client', version: '0' }, onError, timeoutMs = 60_000 } = options;
  const listChanged = listChangedOf(options);
  const clientOptions: ClientOptions = {
    capabilities: capabilitiesOf(options),
    versionNegotiation: negotiationOf(options.era ?? 'auto', timeoutMs),
    ...(listChanged === undefined ? {} : { listChanged }),
  };
  const client = new Client(clientInfo, clientOptions);
  if (onError !== undefined) client.onerror = onError;
  installFeatures(client, options);
  return client;
}

function negotiationOf(era: 'auto' | 'modern' | 'legacy', timeoutMs: number): VersionNegotiationOptions {
  if (era === 'legacy') return { mode: 'legacy' };
  return { mode: era === 'auto' ? 'auto' : { pin: modernVersion }, probe: { timeoutMs: Math.min(timeoutMs, 20_000) } };
}
