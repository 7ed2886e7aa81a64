import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { captureOutput, type LineMatch } from './captured-output.ts';
import { descendantsOf, groupOf, isErrno, waitGone } from './process-table.ts';
import { openReaper, type Reaper } from './reaper.ts';
import { openSecretWatch, type SecretWatch } from './secret-watch.ts';

/** How a probed process is started. */
export interface ProbeOptions {
  /** Changes to the environment of the tests: a value adds or replaces, `undefined` removes. What Jest itself sets is removed. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Default: the working directory of the tests. */
  cwd?: string;
  /** Run it as this user and group; needs root. */
  uid?: number;
  gid?: number;
  /** Outputs that hold tokens or keys on purpose. Default: none, and such a process fails its test. */
  maySayAloud?: readonly ('stdout' | 'stderr')[];
}

/** How a process ended: a code, or the signal that ended it. */
export interface ProbeExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A process under observation. It ends with the tests, also when they are killed. */
export interface Probe extends AsyncDisposable {
  readonly pid: number;
  readonly stdin: Writable;
  /** The newest 10,000 whole lines. */
  readonly stdoutLines: readonly string[];
  /** The newest 4 Mi characters. */
  readonly stdout: string;
  readonly stderr: string;
  readonly stderrLines: readonly string[];
  /** Settles when the process has ended and its output is read; rejects when that held a token or a key. */
  readonly exit: Promise<ProbeExit>;
  /** Resolves with the first line, past or future, that matches; rejects after `timeoutMs` (default 30,000) or at the end of the output. */
  waitForStdout(match: LineMatch, timeoutMs?: number): Promise<string>;
  waitForStderr(match: LineMatch, timeoutMs?: number): Promise<string>;
  /** Closes the reading end of its standard output: its next write meets EPIPE. */
  closeStdout(): void;
  /** Processes below it, nearest first. */
  descendants(): Promise<number[]>;
  /** Signals the process alone (default SIGKILL); false when it has ended. */
  kill(signal?: NodeJS.Signals): boolean;
  /** Kills it with all it started and waits until they are gone; rejects when its output held a token or a key. */
  stop(): Promise<void>;
}

const jestVariables = { NODE_OPTIONS: undefined, NODE_ENV: undefined, JEST_WORKER_ID: undefined };
let reaper: Reaper | undefined;

/** Starts a process in a group of its own and resolves when it runs; rejects when the command cannot be started. */
export async function spawnProbe(command: string, args: readonly string[] = [], options: ProbeOptions = {}): Promise<Probe> {
  const { env = {}, maySayAloud = [], ...spawnOptions } = options;
  const child = spawn(command, args, {
    ...spawnOptions,
    env: { ...process.env, ...jestVariables, ...env },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const watches = (['stdout', 'stderr'] as const).filter((name) => !maySayAloud.includes(name)).map((name) => watchOutput(child, name));
  const ended = new Promise<ProbeExit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const exit = ended.then((how) => {
    for (const watch of watches) watch.check();
    return how;
  });
  // A test that waits for neither its end nor `stop` must not end the others.
  exit.catch(() => undefined);
  await once(child, 'spawn');
  reaper ??= openReaper();
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} has no process id.`);
  const guard = reaper;
  guard.watch(pid);
  child.once('exit', () => guard.forget(pid));
  // A write to a process that has ended is the tests' own business, seen through `exit`.
  child.stdin.on('error', (error) => {
    if (!isErrno(error, 'EPIPE') && !isErrno(error, 'ECONNRESET')) throw error;
  });
  return createProbe(child, { pid, exit });
}

function watchOutput(child: ChildProcessWithoutNullStreams, name: 'stdout' | 'stderr'): SecretWatch {
  const watch = openSecretWatch(`The ${name} of ${child.spawnfile} (${String(child.pid)})`);
  child[name].setEncoding('utf8').on('data', (chunk: string) => watch.write(chunk));
  return watch;
}

function createProbe(child: ChildProcessWithoutNullStreams, { pid, exit }: { pid: number; exit: Promise<ProbeExit> }): Probe {
  const stdout = captureOutput(child.stdout, 'Standard output');
  const stderr = captureOutput(child.stderr, 'Standard error');
  const stop = async (): Promise<void> => {
    const pids = await groupOf(pid);
    for (const target of pids) killQuietly(target);
    const left = await waitGone(pids, 5_000);
    if (left.length > 0) throw new Error(`Processes ${left.join(', ')} survived SIGKILL.`);
    // Someone outside its group may still hold the pipes open.
    child.stdout.destroy();
    child.stderr.destroy();
    await exit;
  };
  return {
    pid,
    stdin: child.stdin,
    stdoutLines: stdout.lines,
    stderrLines: stderr.lines,
    exit,
    get stdout() {
      return stdout.text;
    },
    get stderr() {
      return stderr.text;
    },
    waitForStdout: (match, timeoutMs = 30_000) => stdout.waitFor(match, timeoutMs),
    waitForStderr: (match, timeoutMs = 30_000) => stderr.waitFor(match, timeoutMs),
    closeStdout: () => void child.stdout.destroy(),
    descendants: () => descendantsOf(pid),
    kill: (signal = 'SIGKILL') => child.kill(signal),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!isErrno(error, 'ESRCH')) throw error;
  }
}
