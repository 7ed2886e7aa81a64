import { AppError } from '@trellis-mcp/errors';
import type { PagePart } from '../sources/raw-page.ts';
import { toCancelled } from '../sources/stop-reasons.ts';
import { EngineThread, type JobEnd } from './engine-thread.ts';
import type { Job, WorkerStart } from './protocol.ts';

/** Limits and hooks of one job. */
export interface JobOptions {
  readonly signal: AbortSignal;
  /** The most that the job itself may take, without waiting for its turn or for the start. */
  readonly timeoutMs: number;
  /** Gets rows as they are read. */
  readonly onPart?: (part: PagePart) => void;
}

/** The embedded database in a thread of its own. */
export interface PgliteEngine {
  /**
   * Does one job; jobs run one after the other. Starts the thread when there is none.
   *
   * @throws AppError `CANCELLED`, `LIMIT` when too many wait, `UPSTREAM` when the database does not start.
   */
  run(job: Job, options: JobOptions): Promise<JobEnd>;
  /** Whether the thread is there, or starts. */
  isRunning(): boolean;
  close(): Promise<void>;
}

/** Options of {@link createEngine}. */
export interface EngineOptions extends Omit<WorkerStart, 'engine'> {
  /** The most a start may take. Default: 60,000. */
  readonly startTimeoutMs?: number;
  /** How long an abandoned job may run on before the thread is stopped under it: most end by themselves. Default: 100. */
  readonly graceMs?: number;
  /** Jobs that may wait. Default: 100. */
  readonly maxWaiting?: number;
}

/**
 * Creates the engine without starting it.
 *
 * PGlite blocks its thread while it works, so that ending the thread is the only way to stop a statement; the next job gets a new one.
 */
export function createEngine(options: EngineOptions): PgliteEngine {
  return new QueuedEngine(options);
}

class QueuedEngine implements PgliteEngine {
  readonly #options: EngineOptions;
  #thread: EngineThread | undefined;
  #compiled: WebAssembly.Module | undefined;
  /** Resolves when the thread is free for the next job. */
  #turn: Promise<void> = Promise.resolve();
  #waiting = 0;
  #isClosed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  isRunning(): boolean {
    return this.#thread?.isGone === false;
  }

  async run(job: Job, options: JobOptions): Promise<JobEnd> {
    const { maxWaiting = 100 } = this.#options;
    if (this.#waiting >= maxWaiting) {
      const message = `${String(maxWaiting)} statements wait for the embedded database already.`;
      throw new AppError('LIMIT', message, { hint: 'Send it again when others have ended.', retryable: true, retryAfterMs: 1_000 });
    }
    this.#waiting += 1;
    const end = this.#turn.then(async () => this.#runNow(job, options));
    // The turn passes on when this job has left the thread, which may be after its caller was answered.
    this.#turn = end.then(ignore, ignore);
    try {
      return await orAborted(end, options.signal);
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Does not wait for a start or a job under way: ending the thread ends both. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#thread?.terminate();
  }

  async #runNow(job: Job, { signal, timeoutMs, onPart }: JobOptions): Promise<JobEnd> {
    throwIfGone(signal);
    const thread = await this.#openThread();
    throwIfGone(signal);
    const stop = createStop({ signal, timeoutMs, graceMs: this.#options.graceMs ?? 100 });
    try {
      const end = await Promise.race([thread.run(job, onPart), stop.over]);
      if (end.kind === 'timeout' || isBroken(end)) {
        await thread.terminate();
      }
      if (isBroken(end) && this.#isClosed) {
        throw new AppError('CANCELLED', 'The server is shutting down.');
      }
      return end;
    } finally {
      stop.dispose();
    }
  }

  async #openThread(): Promise<EngineThread> {
    if (this.#isClosed) {
      throw new AppError('CANCELLED', 'The server is shutting down.');
    }
    if (this.#thread?.isGone === false) {
      return this.#thread;
    }
    const { dataDir, sample, startTimeoutMs = 60_000 } = this.#options;
    await this.#thread?.terminate();
    const thread = new EngineThread({
      sample,
      ...(dataDir === undefined ? {} : { dataDir }),
      ...(this.#compiled === undefined ? {} : { engine: this.#compiled }),
    });
    this.#thread = thread;
    const late = setTimeout(() => void thread.terminate(), startTimeoutMs);
    try {
      this.#compiled = await thread.ready;
      return thread;
    } catch (cause) {
      await thread.terminate();
      throw new AppError('UPSTREAM', 'The embedded database did not start.', {
        hint: 'The log of the server says why.',
        retryable: true,
        cause,
      });
    } finally {
      clearTimeout(late);
    }
  }
}

const ignore = (): void => undefined;

function isBroken(end: JobEnd): boolean {
  return end.kind === 'error' && end.failure.kind === 'broken';
}

/** When a job is to be stopped: at its deadline, or some time after its caller has gone. */
function createStop({ signal, timeoutMs, graceMs }: { signal: AbortSignal; timeoutMs: number; graceMs: number }) {
  const over = Promise.withResolvers<JobEnd>();
  const stop = (): void => over.resolve({ kind: 'timeout' });
  const deadline = setTimeout(stop, timeoutMs);
  let grace: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    grace = setTimeout(stop, graceMs);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    over: over.promise,
    dispose(): void {
      clearTimeout(deadline);
      clearTimeout(grace);
      signal.removeEventListener('abort', onAbort);
    },
  };
}

/** Answers a caller that goes away at once, whatever the job still does. */
async function orAborted(end: Promise<JobEnd>, signal: AbortSignal): Promise<JobEnd> {
  const gone = Promise.withResolvers<never>();
  const onAbort = (): void => gone.reject(toCancelled(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([end, gone.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function throwIfGone(signal: AbortSignal): void {
  if (signal.aborted) {
    throw toCancelled(signal);
  }
}
