import { spawnProbe } from '@trellis-mcp/test-services';

/** A server of ours on a port of its own. */
export interface RunningServer extends AsyncDisposable {
  /** The MCP endpoint. */
  readonly url: string;
  /** What the server wrote to stderr. */
  readonly stderr: string;
}

/** The arguments for Node that run an entry from source. */
export function fromSource(entry: string, args: readonly string[] = []): string[] {
  return ['--conditions=@trellis-mcp/source', entry, ...args];
}

/** Starts an entry over HTTP on a free port and waits until it says where it listens. */
export async function startServer(entry: string, args: readonly string[] = []): Promise<RunningServer> {
  const http = ['--transport', 'http', '--port', '0', '--log-level', 'warn'];
  const probe = await spawnProbe(process.execPath, fromSource(entry, [...http, ...args]));
  try {
    const line = await probe.waitForStderr(/http:\/\/\S+\/mcp/, 30_000);
    const url = /http:\/\/\S+?\/mcp/.exec(line)?.[0];
    if (url === undefined) throw new Error(`No URL in "${line}".`);
    return {
      url,
      get stderr() {
        return probe.stderr;
      },
      [Symbol.asyncDispose]: () => probe.stop(),
    };
  } catch (error) {
    await probe.stop();
    throw error;
  }
}
