import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AppError } from '@trellis-mcp/errors';
import type { PagePart } from '../sources/raw-page.ts';
import { workerUrl } from './places.ts';
import type { FromWorker, Job, JobAnswer, JobFailure, ToWorker, WorkerStart } from './protocol.ts';

/** Limits and hooks of one job. */
export interface JobOptions {
  readonly signal: AbortSignal;
  /** The most that the job itself may take, without waiting for its turn or for the start. */
  readonly timeoutMs: number;
  /** Gets rows as they are read. */
  readonly onPart?: (part: PagePart) => void;
}

/** How a job ended. `timeout`: the worker was stopped; parts given so far are good. */
export type JobEnd =
  | { readonly kind: 'done'; readonly answer: JobAnswer }
  | { readonly kind: 'error'; readonly failure: JobFailure }
  | { readonly kind: 'timeout' };

/** The embedded database in a thread of its own. */
export interface PgliteEngine {
  /** Does one job; jobs run one after the other. Starts the thread when there is none. */
  run(job: Job, options: JobOptions): Promise<JobEnd>;
  /** Whether the thread is there. */
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

interface LiveWorker {
  readonly worker: Worker;
  /** Resolves with the reason when the thread has ended or is of no use. */
  readonly gone: Promise<string>;
}

/** Creates the engine without starting it. PGlite blocks its thread while it works, so that ending the thread is the only way to stop a statement. */
export function createEngine(options: EngineOptions): PgliteEngine {
  return new ThreadEngine(options);
}

class ThreadEngine implements PgliteEngine {
  readonly #options: EngineOptions;
  #live: Promise<LiveWorker> | undefined;
  #compiled: WebAssembly.Module | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #nextId = 1;
  #isClosed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  isRunning(): boolean {
    return this.#live !== undefined;
  }

  async run(job: Job, options: JobOptions): Promise<JobEnd> {
    const { maxWaiting = 100 } = this.#options;
    if (this.#waiting >= maxWaiting) {
      throw new AppError('LIMIT', `${String(maxWaiting)} statements wait for the embedded database already.`, {
        retryable: true,
        retryAfterMs: 1_000,
      });
    }
    this.#waiting += 1;
    const done = this.#turn.then(() => this.#runNow(job, options));
    // The next job waits until this one has left the thread, not until its caller was answered.
    this.#turn = done.then(
      ({ free }) => free,
      () => undefined,
    );
    try {
      const abort = Promise.withResolvers<never>();
      const onAbort = (): void => abort.reject(cancelled(options.signal));
      options.signal.addEventListener('abort', onAbort, { once: true });
      try {
        return await Promise.race([done.then(({ end }) => end), abort.promise]);
      } finally {
        options.signal.removeEventListener('abort', onAbort);
      }
    } finally {
      this.#waiting -= 1;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const live = await this.#live?.catch(() => undefined);
    this.#live = undefined;
    await live?.worker.terminate();
  }

  async #runNow(job: Job, { signal, timeoutMs, onPart }: JobOptions): Promise<{ end: Promise<JobEnd>; free: Promise<unknown> }> {
    if (signal.aborted) {
      throw cancelled(signal);
    }
    const live = await this.#start();
    const id = (this.#nextId += 1);
    const stop = new AbortController();
    const answered = watchJob(live, id, { onPart, signal: stop.signal });
    live.worker.postMessage({ id, job } satisfies ToWorker);
    const end = this.#guard(live, answered, { signal, timeoutMs }).finally(() => stop.abort());
    return { end, free: end.catch(() => undefined) };
  }

  /** Ends the thread when the job outlives its time, or its caller by more than the grace. */
  async #guard(live: LiveWorker, answered: Promise<JobEnd>, { signal, timeoutMs }: JobOptions): Promise<JobEnd> {
    const over = Promise.withResolvers<JobEnd>();
    const endWith = (): void => over.resolve({ kind: 'timeout' });
    let grace: NodeJS.Timeout | undefined;
    const deadline = setTimeout(endWith, timeoutMs);
    const onAbort = (): void => {
      grace = setTimeout(endWith, this.#options.graceMs ?? 100);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const end = await Promise.race([answered, over.promise]);
      if (end.kind === 'timeout' || (end.kind === 'error' && end.failure.kind === 'broken')) {
        await this.#drop(live);
      }
      return end;
    } finally {
      clearTimeout(deadline);
      clearTimeout(grace);
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #start(): Promise<LiveWorker> {
    if (this.#isClosed) {
      throw new AppError('CANCELLED', 'The server is shutting down.');
    }
    const live = (this.#live ??= this.#open());
    try {
      return await live;
    } catch (cause) {
      this.#live = undefined;
      throw cause;
    }
  }

  async #open(): Promise<LiveWorker> {
    const { dataDir, sample, startTimeoutMs = 60_000 } = this.#options;
    const workerData: WorkerStart = {
      sample,
      ...(dataDir === undefined ? {} : { dataDir }),
      ...(this.#compiled === undefined ? {} : { engine: this.#compiled }),
    };
    // Captured and dropped: what the engine prints must not reach stdout, which belongs to the protocol.
    const worker = new Worker(workerUrl, { workerData, stdout: true, stderr: true, resourceLimits: { maxOldGenerationSizeMb: 512 } });
    worker.stdout.resume();
    worker.stderr.resume();
    const gone = watchEnd(worker);
    const first = await Promise.race([
      once(worker, 'message', { signal: AbortSignal.timeout(startTimeoutMs) }).then(([message]: FromWorker[]) => message),
      gone.then((message): FromWorker => ({ kind: 'failed', message })),
    ]).catch((cause: unknown) => cause);
    if (!isReady(first)) {
      await worker.terminate();
      throw new AppError('UPSTREAM', 'The embedded database did not start.', { retryable: true, cause: first });
    }
    this.#compiled = first.engine;
    const live = { worker, gone };
    void gone.then(() => this.#drop(live));
    return live;
  }

  async #drop({ worker }: LiveWorker): Promise<void> {
    const current = await this.#live?.catch(() => undefined);
    if (current?.worker === worker) {
      this.#live = undefined;
    }
    await worker.terminate();
  }
}

function isReady(message: unknown): message is Extract<FromWorker, { kind: 'ready' }> {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'ready';
}

/** Resolves when a thread ends, whatever the reason, or says that it failed. */
async function watchEnd(worker: Worker): Promise<string> {
  return new Promise((resolve) => {
    worker.once('error', (error) => resolve(error instanceof Error ? error.message : 'The thread failed.'));
    worker.once('exit', (code) => resolve(`The thread ended with code ${String(code)}.`));
    worker.on('message', (message: FromWorker) => message.kind === 'failed' && resolve(message.message));
  });
}

/** Collects what a thread says of one job until its end. */
async function watchJob(
  { worker, gone }: LiveWorker,
  id: number,
  { onPart, signal }: { readonly onPart: JobOptions['onPart']; readonly signal: AbortSignal },
): Promise<JobEnd> {
  const ended = new Promise<JobEnd>((resolve) => {
    const onMessage = (message: FromWorker): void => {
      if (message.kind === 'part' && message.id === id) {
        onPart?.(message.part);
      } else if (message.kind === 'done' && message.id === id) {
        resolve({ kind: 'done', answer: message.answer });
      } else if (message.kind === 'error' && message.id === id) {
        resolve({ kind: 'error', failure: message.failure });
      }
    };
    worker.on('message', onMessage);
    signal.addEventListener('abort', () => worker.off('message', onMessage), { once: true });
  });
  const broken = gone.then((message): JobEnd => ({ kind: 'error', failure: { kind: 'broken', message } }));
  return Promise.race([ended, broken]);
}

function cancelled(signal: AbortSignal): unknown {
  return signal.reason instanceof AppError ? signal.reason : new AppError('CANCELLED', 'The call was cancelled.', { cause: signal.reason });
}
