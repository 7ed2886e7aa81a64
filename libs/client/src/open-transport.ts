import { StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client';
import type { ConnectOptions, ConnectTarget, HttpTarget } from './connect-options.ts';
import { StdioProcess } from './stdio-process.ts';
import { WebSocketTransport } from './websocket-transport.ts';

/** Makes the transport of a target; nothing is started yet. */
export function openTransport(target: ConnectTarget, { timeoutMs = 60_000 }: Pick<ConnectOptions, 'timeoutMs'> = {}): Transport {
  if ('transport' in target) return target.transport;
  if ('http' in target) return openHttp(target.http);
  if ('websocket' in target) return new WebSocketTransport(target.websocket, timeoutMs);
  const { command, args = [], env = {}, cwd, onStderr } = target.stdio;
  return new StdioProcess({ command, args: [...args], env: { ...env }, ...(cwd === undefined ? {} : { cwd }) }, onStderr);
}

function openHttp({ url, headers = {}, fetch }: HttpTarget): Transport {
  const options = { requestInit: { headers: { ...headers } }, ...(fetch === undefined ? {} : { fetch }) };
  return new StreamableHTTPClientTransport(new URL(url), options);
}
