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
  /** Resolves with the port once the child itself says that it listens: another program may answer on the one it wanted. */
  readonly listens: Promise<number>;
}

/** Runs a server from its sources on Streamable HTTP with its defaults and some flags; it stops by itself when this process is gone. */
export function startHttpServer({ main }: ServerSource, own: readonly string[] = []): RunningServer {
  const preload = pathToFileURL(join(import.meta.dirname, 'child-of-start.ts')).href;
  const flags = ['--conditions=@trellis-mcp/source', `--import=${preload}`];
  const child: ChildProcess = spawn(process.execPath, [...flags, main, '--transport', 'http', ...own], {
    // A group of its own: Ctrl-C in the terminal reaches it once, through this process.
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const listens = new Promise<number>((resolve) => {
    child.once('message', (message) => {
      resolve((message as { port: number }).port);
    });
  });
  return { exited, listens, stop: (signal) => void child.kill(signal) };
}

/** Waits until the server listens and gives its port; undefined when it ended or stayed silent for `limitMs`. */
export async function waitUntilListening({ listens, exited }: RunningServer, limitMs: number): Promise<number | undefined> {
  return Promise.race([listens, exited.then(() => undefined), sleep(limitMs, undefined, { ref: false })]);
}
