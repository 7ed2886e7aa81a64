import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { type Readable, getDefaultHighWaterMark, setDefaultHighWaterMark } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@trellis-mcp/errors';
import { codeOf, hasCode } from '../descriptor/code-of.ts';
import type { PinnedDirectory } from '../descriptor/open-directory.ts';
import { searchTooLong } from '../walk/walk-budget.ts';
import { furthestPosition, residentBytes } from './watch-process.ts';

/** One process of ripgrep. */
export interface RipgrepRun {
  readonly program: string;
  readonly args: readonly string[];
  /** Where it runs. */
  readonly directory: PinnedDirectory;
  readonly signal: AbortSignal;
  /** From {@link RipgrepRun.since} on. */
  readonly timeoutMs: number;
  /** When the search began that the process is part of, by `performance.now()`. Default: now. */
  readonly since?: number;
  /** Linux: the process is stopped soon when it has read more than that of one file. Default: never. */
  readonly maxFileBytes?: number | undefined;
  /** Memory above which the process is stopped. Default: 384 MiB. */
  readonly maxMemoryBytes?: number;
  /** Takes a piece of the output; answers whether that was enough. */
  readonly take: (chunk: Buffer) => boolean | Promise<boolean>;
}

/** How a process ended. */
export interface RipgrepEnd {
  /** Whether it was stopped because its reader had enough. */
  readonly isEnough: boolean;
  /** Whether it was stopped because it read too much of one file. */
  readonly hasLargeFile: boolean;
  /** The beginning of what it said. */
  readonly stderr: string;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

const maxStderr = 4_096;
const gatherMs = 4;
const largePiece = 32_768;
const memoryCheckMs = 50;
const positionCheckMs = 200;
const defaultMemoryBytes = 402_653_184;

/**
 * Runs ripgrep until it ends or its reader has enough. When this settles, the process is gone.
 *
 * @throws AppError `TIMEOUT`, `LIMIT` when it needs too much memory, `UPSTREAM` when it cannot be started, and the reason of an abort.
 */
export async function runRipgrep(run: RipgrepRun): Promise<RipgrepEnd> {
  run.signal.throwIfAborted();
  const child = start(run);
  const closed = once(child, 'close');
  // Looked at below; until then it is no failure that nobody handles.
  closed.catch(() => undefined);
  const guard = guardChild(child, run);
  try {
    // Where too many files are open, a process that did not start has no streams, either.
    if (child.pid === undefined) await closed;
    const stderr = readStderr(child);
    const isEnough = await readOutput(child, run);
    if (!isEnough) await closed;
    guard.throwIfStopped();
    if (!isEnough && child.signalCode !== null && !guard.hasLargeFile) throw killed(child.signalCode);
    return { isEnough, hasLargeFile: guard.hasLargeFile, stderr: stderr.text };
  } catch (error) {
    guard.throwIfStopped();
    throw codeOf(error) === undefined ? error : notStarted(error);
  } finally {
    guard[Symbol.dispose]();
    child.kill('SIGKILL');
    await closed.catch(() => undefined);
  }
}

function start({ program, args, directory }: RipgrepRun): Child {
  const { handle, fdPath, located } = directory;
  // Of this process: in the new one `self` would be that one. What the folder's path leads to by now does not matter.
  const cwd = located.root.guarantee === 'descriptor' ? `/proc/${process.pid}/fd/${handle.fd}` : fdPath;
  // An empty environment: no RIPGREP_CONFIG_PATH, no secrets.
  const child = withoutReadingAhead(() => spawn(program, args, { cwd, env: {}, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true }));
  if (child.pid !== undefined) stepBack(child.pid);
  return child;
}

/** A stream that is made meanwhile reads only when it is read. Otherwise it takes each small piece as soon as it is there, in a buffer of 64 KiB. */
function withoutReadingAhead<Result>(make: () => Result): Result {
  const before = getDefaultHighWaterMark(false);
  setDefaultHighWaterMark(false, 1);
  try {
    return make();
  } finally {
    setDefaultHighWaterMark(false, before);
  }
}

/** Lets this process go first, so that searches on all processors keep no other call waiting. */
function stepBack(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch (error) {
    // It ended meanwhile, or the system does not let it.
    if (codeOf(error) === undefined) throw error;
  }
}

/** A turn for each of many small pieces would cost more than what is in them, so they gather for a moment in the pipe. */
async function readOutput(child: Child, { take }: RipgrepRun): Promise<boolean> {
  const exited = new Promise((resolve) => child.once('exit', resolve));
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    if (await take(chunk)) return true;
    if (chunk.length < largePiece) await Promise.race([exited, sleep(gatherMs)]);
  }
  return false;
}

function readStderr(child: Child): { readonly text: string } {
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    if (text.length < maxStderr) text = (text + piece).slice(0, maxStderr);
  });
  return {
    get text() {
      return text;
    },
  };
}

interface Guard extends Disposable {
  readonly hasLargeFile: boolean;
  throwIfStopped(): void;
}

/** Kills the process at the deadline, on abort and above its memory, and knows why. */
function guardChild(
  child: Child,
  { signal, timeoutMs, since = performance.now(), maxFileBytes, maxMemoryBytes = defaultMemoryBytes }: RipgrepRun,
): Guard {
  let why: (() => unknown) | undefined;
  let hasLargeFile = false;
  const stop = (reason: () => unknown): void => {
    why ??= reason;
    child.kill('SIGKILL');
  };
  const abort = (): void => stop(() => signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const timer = setTimeout(() => stop(() => searchTooLong(timeoutMs)), since + timeoutMs - performance.now());
  const memory = setInterval(() => {
    void residentBytes(child.pid).then((bytes) => {
      if (bytes > maxMemoryBytes) stop(() => tooMuchMemory(maxMemoryBytes));
    });
  }, memoryCheckMs);
  const reading =
    maxFileBytes === undefined
      ? undefined
      : setInterval(() => {
          void furthestPosition(child.pid).then((position) => {
            if (position <= maxFileBytes) return;
            hasLargeFile = true;
            child.kill('SIGKILL');
          });
        }, positionCheckMs);
  return {
    get hasLargeFile() {
      return hasLargeFile;
    },
    throwIfStopped() {
      if (why !== undefined) throw why();
    },
    [Symbol.dispose]() {
      signal.removeEventListener('abort', abort);
      clearTimeout(timer);
      clearInterval(memory);
      clearInterval(reading);
    },
  };
}

function tooMuchMemory(limitBytes: number): AppError {
  return new AppError('LIMIT', 'The search needs too much memory: a line has too many matches.', {
    hint: 'Search for something longer, or leave out files of very long lines with glob.',
    details: { limitBytes },
  });
}

/** By the system, where memory is short: what it found until then is not all. */
function killed(by: string): AppError {
  return new AppError('UPSTREAM', `The search program was ended by ${by}.`, { retryable: true });
}

function notStarted(cause: unknown): AppError {
  // The program was found to be allowed to run.
  if (hasCode(cause, 'EACCES')) {
    return new AppError('DENIED', 'The system does not let this server search in the folder.', {
      hint: 'The operator can change the rights of the folder.',
      cause,
    });
  }
  return new AppError('UPSTREAM', 'The search program could not be started.', { retryable: true, cause });
}
