import { InMemoryTransport } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { connect, type Connection, type ConnectOptions } from '@trellis-mcp/client';
import {
  type CommonConfig,
  createRuntime,
  type Host,
  type HttpServing,
  openHost,
  type Principal,
  type ServerDefinition,
  serveHttp,
} from '@trellis-mcp/server';
import { openWatchedLog } from '@trellis-mcp/test-services';
import { resolveConfig } from './resolve-config.ts';

/** How {@link startInProcess} sets the server up. */
export interface InProcessOptions {
  /** Flags, as the program takes them. Default: none. */
  readonly args?: readonly string[];
  /** Whom the calls are made for. Default: `local` with every scope. */
  readonly principal?: Principal;
}

/** A server in this process, with its real host and dependencies, without sockets unless asked for. */
export interface InProcessServer<Deps> extends AsyncDisposable {
  readonly host: Host;
  readonly deps: Deps;
  /** Connects another client over a pair of memory streams, served as stdio is. */
  connect(options?: ConnectOptions): Promise<Connection>;
  /** Listens on a loopback port and returns the endpoint; with `--legacy-sessions` in the flags older clients get sessions. */
  listen(): Promise<string>;
  /** Listens on a loopback port and returns the WebSocket endpoint, as with `--websocket`. */
  listenWebSocket(): Promise<string>;
  /** Closes all connections and what the dependencies opened; rejects when the log held a token or a key. */
  close(): Promise<void>;
}

const everyScope: Principal = { id: 'local', scopes: 'all' };

/** Opens host and dependencies of a server in this process, with its log in a file that is looked through at the end, and serves it. */
export async function startInProcess<Config extends CommonConfig, Deps>(
  app: ServerDefinition<Config, Deps>,
  { args = [], principal = everyScope }: InProcessOptions = {},
): Promise<InProcessServer<Deps>> {
  const log = await openWatchedLog();
  const config = await resolveConfig(app, ['--log-file', log.file, '--port', '0', ...args]);
  const exited = Promise.withResolvers<number>();
  const host = await openHost({ name: app.name, version: app.version, config, exit: exited.resolve, say: () => undefined });
  let closing: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await host.lifecycle.stop('requested');
    await exited.promise;
    await log.close();
  };
  const close = (): Promise<void> => (closing ??= stop());
  try {
    const deps = await app.openDeps(config, host);
    const runtime = createRuntime(app, { deps, config, host });
    host.lifecycle.onClose('runtime', () => runtime.dispose());
    host.lifecycle.ready();
    const serve = (websocket: boolean): Promise<HttpServing> => {
      const { createServer, bus } = runtime;
      return serveHttp(
        { ...host, config: { ...host.config, websocket } },
        {
          createServer,
          bus,
          principal,
          missingListenScopes: (caller, uris) => runtime.missingListenScopes(caller, uris),
        },
      );
    };
    const listen = async (): Promise<string> => (await serve(false)).url;
    const listenWebSocket = async (): Promise<string> => (await serve(true)).websocketUrl ?? '';
    const open = (options: ConnectOptions = {}): Promise<Connection> => {
      const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
      serveStdio(({ era }) => runtime.createServer({ era, transport: 'stdio', principal }), { transport: serverSide });
      return connect({ transport: clientSide }, options);
    };
    return { host, deps, connect: open, listen, listenWebSocket, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}
