import type { Readable, Writable } from 'node:stream';
import { exitCodes } from '@trellis-mcp/errors';
import { watchSignals, watchStdio } from '@trellis-mcp/lifecycle';
import type { CommonConfig } from './common-settings.ts';
import { createRuntime } from './create-runtime.ts';
import type { ServerDefinition } from './define-server.ts';
import type { Host, ProcessHost } from './host.ts';
import { openHost } from './open-host.ts';
import type { Principal } from './principal.ts';
import { serveStdio } from './serve-stdio.ts';
import { toStartFailure, type StartFailure } from './start-failure.ts';
import { guardStdout, type ProtocolOutput } from './stdio/guard-stdout.ts';

/** The outside world of {@link serve}, usually the process. */
export interface ServeOptions<Config> {
  readonly config: Config;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Ends the program; called once, last. */
  readonly exit: (code: number) => void;
  /** Called once, after the first answer. */
  readonly onFirstAnswer?: () => void;
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number;
}

/**
 * Runs one server until a signal, the end of its stdio client or a failure stops it: opens the host and the dependencies, then serves stdio
 * or HTTP as the configuration says. It never rejects; a failure to start ends in `exit` with 69, 70 or 78 and one line on stderr.
 */
export async function serve<Config extends CommonConfig, Deps>(
  app: ServerDefinition<Config, Deps>,
  options: ServeOptions<Config>,
): Promise<void> {
  const { config, stdin, stdout, stderr } = options;
  let failure: StartFailure | undefined;
  let opened: Pick<ProcessHost, 'lifecycle' | 'log'> | undefined;
  const protocol = config.transport === 'stdio' ? guardStdout(stdout, stderr) : undefined;
  const say = (line: string): void => {
    stderr.write(`${failure?.line ?? line}\n`);
  };
  const { exit } = options;
  try {
    const watch = ({ lifecycle, log }: Pick<ProcessHost, 'lifecycle' | 'log'>): void => {
      opened = { lifecycle, log };
      watchSignals(lifecycle, { log, exit, say });
      if (protocol !== undefined) {
        watchStdio(lifecycle, { stdin, stdout });
      }
    };
    const { name, version } = app;
    const host = await openHost({ name, version, config, exit, say, ...(options.now !== undefined && { now: options.now }) }, watch);
    await start(app, host, { ...options, protocol });
  } catch (error) {
    failure = toStartFailure(app.name, error);
    if (opened === undefined) {
      say(failure.line);
      exit(failure.code);
      return;
    }
    const isExpected = failure.code !== exitCodes.software;
    opened.log[isExpected ? 'debug' : 'error']({ err: error }, 'The server could not start.');
    await opened.lifecycle.stop('failure', { code: failure.code });
  }
}

interface StartOptions<Config> extends ServeOptions<Config> {
  /** Present when the transport is stdio. */
  readonly protocol: ProtocolOutput | undefined;
}

async function start<Config extends CommonConfig, Deps>(
  app: ServerDefinition<Config, Deps>,
  host: Host,
  options: StartOptions<Config>,
): Promise<void> {
  const { config, stdin, stderr, protocol, onFirstAnswer } = options;
  const deps = await app.openDeps(config, host);
  const runtime = createRuntime(app, { deps, config, host });
  host.lifecycle.onClose('runtime', () => runtime.dispose());
  const shared = {
    createServer: runtime.createServer,
    principal: principalOf(config),
    missingListenScopes: runtime.missingListenScopes,
    ...(onFirstAnswer !== undefined && { onFirstAnswer }),
  };
  if (protocol === undefined) {
    // Not needed over stdio, where every millisecond to the first answer counts.
    const { serveHttp } = await import('./http/serve-http.ts');
    const door =
      config.auth === 'none' ? undefined : await import('./auth/open-door.ts').then(({ openDoor }) => openDoor(host, runtime.scopes));
    const { url, websocketUrl } = await serveHttp(host, {
      ...shared,
      bus: runtime.bus,
      ...(door !== undefined && { door }),
      missingScopes: (caller, body) => runtime.missingScopes(caller, body),
    });
    host.log.info({ url, websocketUrl }, 'Serving MCP over HTTP.');
    stderr.write(`${app.name} ${app.version} listens on ${url}${websocketUrl === undefined ? '' : ` and ${websocketUrl}`}\n`);
  } else {
    serveStdio(host, { ...shared, stdin, stdout: protocol });
    host.log.debug('Serving MCP over stdio.');
  }
  host.lifecycle.ready();
}

/** Whom calls are made for when nothing authenticates a caller. */
function principalOf(config: CommonConfig): Principal {
  return {
    id: config.principal ?? (config.transport === 'stdio' ? 'local' : 'anonymous'),
    scopes: config.scopes === undefined ? 'all' : new Set(config.scopes),
  };
}
