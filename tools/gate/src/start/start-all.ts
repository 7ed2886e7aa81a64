import { readFacts, type ServerSource } from './find-servers.ts';
import { renderBlock } from './render-block.ts';
import { watchParent } from './watch-parent.ts';
import { startHttpServer, waitUntilListening, type RunningServer } from './start-http-server.ts';

const startLimitMs = 60_000;
/** npm passes Ctrl-C on although the terminal has sent it already. */
const repeatMs = 250;

/** Runs all servers until they have stopped; resolves with the exit code: the first that is not 0. All get the flags. */
export async function startAll(servers: readonly ServerSource[], flags: readonly string[] = []): Promise<number> {
  if (servers.length === 0) {
    process.stderr.write('There is no server under apps/ yet.\n');
    return 0;
  }
  const running = servers.map((source) => ({ source, server: startHttpServer(source, flags) }));
  forwardSignals(running.map(({ server }) => server));
  await Promise.all(running.map(({ source, server }) => announce(source, server)));
  const codes = await Promise.all(running.map(({ server }) => server.exited));
  return codes.map((code) => code ?? 1).find((code) => code !== 0) ?? 0;
}

async function announce(source: ServerSource, server: RunningServer): Promise<void> {
  const facts = await readFacts(source);
  const port = await waitUntilListening(server, startLimitMs);
  if (port === undefined) process.stderr.write(`${facts.title} did not start on port ${facts.port}.\n`);
  else process.stdout.write(renderBlock(facts, `http://127.0.0.1:${port}/mcp`));
}

function forwardSignals(servers: readonly RunningServer[]): void {
  let last = -Infinity;
  const forward = (signal: NodeJS.Signals): void => {
    if (performance.now() - last < repeatMs) return;
    last = performance.now();
    for (const server of servers) server.stop(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, forward);
  watchParent(() => {
    forward('SIGTERM');
  });
}
