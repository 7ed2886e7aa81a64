import { Worker } from 'node:worker_threads';
import { readerUrl } from '../places.ts';
import { type FromReader, pathEnd, type SmallFile } from './protocol.ts';

/** How a {@link FileReader} is made. */
export interface FileReaderOptions {
  /** Told once when the thread failed. Nothing is read by it from then on. */
  readonly onFailure: (error: unknown) => void;
  /** What the thread runs. Default: what reads files. */
  readonly url?: URL;
}

/** A path and who waits for it. */
interface Asked {
  readonly path: string;
  readonly resolve: (file: SmallFile | undefined) => void;
}

/** Files that are waited for at once, at most. */
const maxWaiting = 64;

/** Without an answer for so long, a disk keeps the thread waiting. */
const patienceMs = 50;

/** Of the thread, which keeps nothing. */
const resourceLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 32 };

/**
 * Reads small files in a thread of its own, which takes one turn for several of them, where the threads of Node.js take five for each. It only
 * ever says what it read; what is in its way, and what a disk keeps waiting, is read the other way. The thread begins with the first file, if it was not told to before.
 */
export class FileReader implements Disposable {
  readonly #options: FileReaderOptions;
  /** `away`: it begins, or waits for a disk. */
  #state: 'new' | 'ready' | 'away' | 'closed' = 'new';
  #worker: Worker | undefined;
  #asked: Asked[] = [];
  /** What was sent, in order, until the thread answers; empty where nobody waits for it any more. */
  readonly #sent: (readonly Asked[])[] = [];
  #waiting = 0;
  #answers = 0;
  #watch: NodeJS.Timeout | undefined;

  constructor(options: FileReaderOptions) {
    this.#options = options;
  }

  /** Begins before the first file. */
  begin(): void {
    if (this.#state !== 'new') return;
    this.#state = 'away';
    try {
      // What it prints must not reach stdout, which belongs to the protocol.
      const worker = new Worker(this.#options.url ?? readerUrl, { env: {}, execArgv: [], stdout: true, stderr: true, resourceLimits });
      worker.stdout.resume();
      worker.stderr.resume();
      worker.unref();
      worker.on('message', (message: FromReader) => this.#take(message));
      worker.on('error', (error) => this.#fail(error));
      this.#worker = worker;
    } catch (error) {
      // Node.js is told to allow none, for example.
      this.#fail(error);
    }
  }

  /** @returns Nothing for all but a small regular file at that very path, over no link, that can be read at once. */
  async read(path: string): Promise<SmallFile | undefined> {
    this.begin();
    if (this.#state !== 'ready' || this.#waiting >= maxWaiting || path.includes(pathEnd)) return undefined;
    return new Promise((resolve) => {
      this.#waiting += 1;
      // What is asked for in one turn of the loop goes together.
      if (this.#asked.push({ path, resolve }) === 1) setImmediate(() => this.#send());
      this.#watch ??= this.#beginWatch();
    });
  }

  [Symbol.dispose](): void {
    this.#end();
    // Nobody waits for a thread that begins on a busy machine, or waits for a disk.
    void this.#worker?.terminate();
  }

  #fail(error: unknown): void {
    if (this.#state !== 'closed') this.#options.onFailure(error);
    this.#end();
  }

  #send(): void {
    const asked = this.#asked;
    if (this.#state !== 'ready') return;
    this.#asked = [];
    this.#sent.push(asked);
    this.#worker?.postMessage(asked.map(({ path }) => path).join(pathEnd));
  }

  #take(message: FromReader): void {
    if (this.#state === 'away') this.#state = 'ready';
    if (message === 'ready') return;
    this.#answers += 1;
    const asked = this.#sent.shift() ?? [];
    this.#waiting -= asked.length;
    for (const [index, { resolve }] of asked.entries()) resolve(message[index]);
  }

  /** One timer for all who wait, not one for each. */
  #beginWatch(): NodeJS.Timeout {
    const before = this.#answers;
    return setTimeout(() => {
      this.#watch = undefined;
      if (this.#waiting === 0) return;
      if (this.#answers === before) this.#giveUp('away');
      else this.#watch = this.#beginWatch();
    }, patienceMs);
  }

  /** Nobody waits any longer; what the thread will answer is dropped. */
  #giveUp(state: 'away' | 'closed'): void {
    this.#state = state;
    const left = [...this.#sent, this.#asked].flat();
    this.#sent.fill([]);
    this.#asked = [];
    this.#waiting = 0;
    for (const { resolve } of left) resolve(undefined);
  }

  #end(): void {
    clearTimeout(this.#watch);
    this.#giveUp('closed');
  }
}
