import { Worker } from 'node:worker_threads';
import type { PagePart } from '../sources/raw-page.ts';
import { keepCompiledCode } from './keep-compiled-code.ts';
import { workerUrl } from './places.ts';
import type { FromWorker, Job, JobAnswer, JobFailure, ToWorker, WorkerStart } from './protocol.ts';

/** How a job ended. `timeout`: the thread was stopped; parts given so far are good. */
export type JobEnd =
  | { readonly kind: 'done'; readonly answer: JobAnswer }
  | { readonly kind: 'error'; readonly failure: JobFailure }
  | { readonly kind: 'timeout' };

/** JavaScript heap of the thread; beyond it the thread ends, not the process. The engine's own memory is outside of it. */
const maxHeapMb = 512;

interface RunningJob {
  readonly id: number;
  readonly onPart: ((part: PagePart) => void) | undefined;
  readonly resolve: (end: JobEnd) => void;
}

/** One worker thread with an open database, or one being opened. It does one job at a time. */
export class EngineThread {
  /** The compiled engine, once the database is open; rejects when the thread ends before. */
  readonly ready: Promise<WebAssembly.Module>;
  readonly #worker: Worker;
  readonly #start = Promise.withResolvers<WebAssembly.Module>();
  #running: RunningJob | undefined;
  #nextId = 1;
  #isGone = false;

  constructor(start: WorkerStart) {
    keepCompiledCode();
    // Captured and dropped: what the engine prints must not reach stdout, which belongs to the protocol.
    this.#worker = new Worker(workerUrl, {
      workerData: start,
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    });
    this.#worker.stdout.resume();
    this.#worker.stderr.resume();
    this.#worker.on('message', (message: FromWorker) => this.#take(message));
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error.message : 'The thread failed.'));
    this.#worker.on('exit', (code) => this.#end(`The thread ended with code ${String(code)}.`));
    this.ready = this.#start.promise;
    // Whoever waits for it is told; nobody may.
    this.ready.catch(() => undefined);
  }

  /** The thread ended, or is of no use any more. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Does one job; the one before must have ended. */
  async run(job: Job, onPart?: (part: PagePart) => void): Promise<JobEnd> {
    if (this.#isGone) {
      return toBroken('The thread is gone.');
    }
    return new Promise((resolve) => {
      const id = this.#nextId++;
      this.#running = { id, onPart, resolve };
      this.#worker.postMessage({ id, job } satisfies ToWorker);
    });
  }

  /** Ends the thread, whatever it does. */
  async terminate(): Promise<void> {
    this.#end('The thread was stopped.');
    await this.#worker.terminate();
  }

  #take(message: FromWorker): void {
    const running = this.#running;
    switch (message.kind) {
      case 'ready':
        this.#start.resolve(message.engine);
        break;
      case 'failed':
        this.#end(message.message);
        break;
      case 'part':
        if (running?.id === message.id) {
          running.onPart?.(message.part);
        }
        break;
      case 'done':
      case 'error':
        if (running?.id === message.id) {
          this.#running = undefined;
          running.resolve(message.kind === 'done' ? { kind: 'done', answer: message.answer } : { kind: 'error', failure: message.failure });
        }
        break;
    }
  }

  #end(reason: string): void {
    this.#isGone = true;
    this.#start.reject(new Error(reason));
    this.#running?.resolve(toBroken(reason));
    this.#running = undefined;
  }
}

function toBroken(message: string): JobEnd {
  return { kind: 'error', failure: { kind: 'broken', message } };
}
