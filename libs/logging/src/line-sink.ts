import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from './error-code.ts';

/** Where finished lines go. Nothing here throws. */
export interface LineSink {
  /** Writes one line that ends in a newline; keeps it when the reader is slow, drops it when output fails. */
  write(line: string): void;
  /** Tries for at most 500 ms to write what was kept, then releases the descriptor. */
  close(): Promise<void>;
}

/** Options of {@link openLineSink}. */
export interface LineSinkOptions {
  readonly fd: number;
  /** Closes the descriptor. Default: it stays open, as a standard stream does. */
  readonly release?: () => Promise<void>;
  /** Bytes kept while the reader is slow. Default: 1 MiB. */
  readonly maxPendingBytes?: number;
  /** Told once output works again, with the number of lines that were dropped. */
  readonly onLost?: (lines: number) => void;
}

const retryMs = 50;
const flushMs = 500;

/** Characters of one turn that are written at once. */
const maxTurnChars = 65_536;

/**
 * Writes lines synchronously to a descriptor: those of one turn of the event loop together at its end, or when the process exits, so that
 * none is lost at exit and none arrives late.
 *
 * Output that fails must not take the program down: a closed pipe ends the log, a full disk drops lines until there is room, and a reader
 * that does not read gets what fits into `maxPendingBytes`.
 */
export function openLineSink(options: LineSinkOptions): LineSink {
  return new DescriptorSink(options);
}

/** What the open sinks do when the process exits; one listener for all of them. */
const flushAtExit = new Set<() => void>();
process.on('exit', () => {
  for (const flush of flushAtExit) flush();
});

class DescriptorSink implements LineSink {
  readonly #fd: number;
  readonly #release: () => Promise<void>;
  readonly #maxPendingBytes: number;
  readonly #onLost: (lines: number) => void;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #lost = 0;
  #isTorn = false;
  #isClosed = false;
  #turn = '';
  #retry: NodeJS.Timeout | undefined;
  #released: Promise<void> | undefined;

  constructor({ fd, release = () => Promise.resolve(), maxPendingBytes = 1_048_576, onLost = () => undefined }: LineSinkOptions) {
    this.#fd = fd;
    this.#release = release;
    this.#maxPendingBytes = maxPendingBytes;
    this.#onLost = onLost;
    flushAtExit.add(this.#endTurn);
  }

  write(line: string): void {
    if (this.#isClosed) return;
    if (this.#turn === '') process.nextTick(this.#awaitEnd);
    this.#turn += line;
    if (this.#turn.length >= maxTurnChars) this.#endTurn();
  }

  /** By now all that goes on without waiting is done: the answer that a line is about stands before it in the queue of the turn. */
  readonly #awaitEnd = (): void => {
    if (this.#turn !== '') setImmediate(this.#endTurn);
  };

  readonly #endTurn = (): void => {
    const line = this.#turn;
    this.#turn = '';
    if (this.#isClosed || line === '') return;
    const text = this.#isTorn ? `\n${line}` : line;
    if (this.#pendingBytes > 0) this.#keep(Buffer.from(text));
    else this.#writeNow(text);
  };

  async close(): Promise<void> {
    this.#endTurn();
    for (let waited = 0; this.#pendingBytes > 0 && waited < flushMs; waited += retryMs) {
      this.#flush();
      if (this.#pendingBytes > 0) await sleep(retryMs);
    }
    this.#end();
    this.#released ??= this.#release();
    await this.#released;
  }

  #writeNow(line: string): void {
    try {
      const written = writeOut(this.#fd, line);
      // Every UTF-16 unit is at least one byte: equal counts mean that all of an ASCII line is out.
      if (written !== line.length) this.#keepRest(Buffer.from(line), written);
    } catch (error) {
      if (isBusy(error)) this.#keep(Buffer.from(line));
      else this.#drop(error, countLines(Buffer.from(line)));
      return;
    }
    this.#isTorn = false;
    if (this.#lost > 0) this.#reportLost();
  }

  #keepRest(bytes: Buffer, written: number): void {
    if (written < bytes.length) this.#keep(bytes.subarray(written));
  }

  #keep(bytes: Buffer): void {
    if (this.#pendingBytes + bytes.length > this.#maxPendingBytes) {
      this.#lost += countLines(bytes);
      return;
    }
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    this.#isTorn = false;
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.#flush();
    }, retryMs).unref();
  }

  #flush(): void {
    while (this.#pendingBytes > 0) {
      const bytes = this.#pending.length > 1 ? Buffer.concat(this.#pending) : this.#pending[0];
      this.#pending = [];
      this.#pendingBytes = 0;
      if (bytes === undefined || !this.#writeKept(bytes)) return;
    }
    if (this.#lost > 0) this.#reportLost();
  }

  /** Returns whether there is room for more. */
  #writeKept(bytes: Buffer): boolean {
    try {
      const written = writeOut(this.#fd, bytes);
      this.#keepRest(bytes, written);
      return true;
    } catch (error) {
      if (isBusy(error)) this.#keep(bytes);
      else {
        // The first of these lines may be half written.
        this.#isTorn = true;
        this.#drop(error, countLines(bytes));
      }
      return false;
    }
  }

  #drop(error: unknown, lines: number): void {
    this.#lost += lines;
    if (errorCode(error) === 'EPIPE') this.#end();
  }

  #reportLost(): void {
    const lines = this.#lost;
    this.#lost = 0;
    this.#onLost(lines);
  }

  #end(): void {
    this.#isClosed = true;
    flushAtExit.delete(this.#endTurn);
    this.#pending = [];
    this.#pendingBytes = 0;
    clearTimeout(this.#retry);
  }
}

/** Returns the bytes written. */
function writeOut(fd: number, text: string | Buffer): number {
  // eslint-disable-next-line trellis/no-sync-calls -- an asynchronous write is lost at a crash, and the pipe does not block
  return typeof text === 'string' ? writeSync(fd, text) : writeSync(fd, text);
}

function isBusy(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'EAGAIN' || code === 'EBUSY';
}

function countLines(bytes: Buffer): number {
  return bytes.reduce((count, byte) => (byte === 10 ? count + 1 : count), 0);
}
