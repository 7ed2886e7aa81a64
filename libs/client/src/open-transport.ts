import { StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client';
import type { ConnectTarget, HttpTarget } from './connect-options.ts';
import { StdioProcess } from './stdio-process.ts';

/** Makes the transport of a target; nothing is started yet. */
export function openTransport(target: ConnectTarget): Transport {
  if ('transport' in target) return target.transport;
  if ('http' in target) return openHttp(target.http);
  const { command, args = [], env = {}, cwd, onStderr } = target.stdio;
  return new StdioProcess({ command, args: [...args], env: { ...env }, ...(cwd === undefined ? {} : { cwd }) }, onStderr);
}

function openHttp({ url, headers = {}, fetch }: HttpTarget): Transport {
  const options = { requestInit: { headers: { ...headers } }, ...(fetch === undefined ? {} : { fetch }) };
  return new StreamableHTTPClientTransport(new URL(url), options);
}
