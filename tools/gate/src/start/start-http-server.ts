import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import type { ServerSource } from './find-servers.ts';

/** A server that runs as a child process. */
export interface RunningServer {
  /** Passes a stop signal on. */
  stop(signal: NodeJS.Signals): void;
  /** Resolves with the exit code, or null when a signal ended it. */
  readonly exited: Promise<number | null>;
}

/** Runs a server from its sources on Streamable HTTP with its defaults; it stops by itself when this process is gone. */
export function startHttpServer({ main }: ServerSource, extraArgs: readonly string[] = []): RunningServer {
  const stopWithParent = pathToFileURL(join(import.meta.dirname, 'stop-with-parent.ts')).href;
  const flags = ['--conditions=@trellis-mcp/source', `--import=${stopWithParent}`];
  const child: ChildProcess = spawn(process.execPath, [...flags, main, '--transport', 'http', ...extraArgs], {
    // A group of its own: Ctrl-C in the terminal reaches it once, through this process.
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  return { exited, stop: (signal) => void child.kill(signal) };
}

/** Waits until the server answers on `/livez`; false when it ended or stayed silent for `limitMs`. */
export async function waitUntilLive(origin: string, server: RunningServer, limitMs: number): Promise<boolean> {
  const ended = new AbortController();
  void server.exited.then(() => {
    ended.abort();
  });
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline && !ended.signal.aborted) {
    if (await isLive(origin)) return isStillUp(server);
    await sleep(50);
  }
  return false;
}

/** Another program may answer on the port; then the server ends within a moment. */
async function isStillUp(server: RunningServer): Promise<boolean> {
  return Promise.race([server.exited.then(() => false), sleep(250, true)]);
}

async function isLive(origin: string): Promise<boolean> {
  try {
    const response = await fetch(`${origin}/livez`, { signal: AbortSignal.timeout(1_000) });
    return response.ok;
  } catch (error) {
    // Refused until it listens; anything that is no network failure is a bug here.
    if (error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError')) return false;
    throw error;
  }
}
