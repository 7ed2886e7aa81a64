import { type Probe, type ProbeOptions, spawnProbe } from '@trellis-mcp/test-services';
import { entryCommand } from './entry.ts';

/** A server process that listens on a port of its own. */
export interface HttpServerProcess extends AsyncDisposable {
  /** The MCP endpoint. */
  readonly url: string;
  /** The WebSocket endpoint, which is there with `--websocket`. */
  readonly websocketUrl: string;
  readonly probe: Probe;
}

/** Starts an entry over HTTP on a free port and waits until it says where it listens. */
export async function startHttpServer(
  entry: URL | string,
  args: readonly string[] = [],
  options: ProbeOptions = {},
): Promise<HttpServerProcess> {
  const { command, args: commandArgs } = entryCommand(entry, [...args, '--transport', 'http', '--port', '0']);
  const probe = await spawnProbe(command, commandArgs, options);
  try {
    const line = await probe.waitForStderr(/listens on http/, 30_000);
    const url = /https?:\/\/\S+/.exec(line)?.[0];
    if (url === undefined) throw new Error(`The server printed no URL: ${line}`);
    const websocketUrl = /wss?:\/\/\S+/.exec(line)?.[0] ?? '';
    return { url, websocketUrl, probe, [Symbol.asyncDispose]: () => probe.stop() };
  } catch (error) {
    await probe.stop();
    throw error;
  }
}
