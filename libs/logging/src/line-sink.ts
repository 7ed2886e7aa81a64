import { closeSync, writeSync } from 'node:fs';

/** Where finished lines go. Nothing here throws. */
export interface LineSink {
  /** Writes one line that ends in a newline; keeps it when the reader is slow, drops it when output fails. */
  write(line: string): void;
  /** Tries for at most `flushMs` to write what was kept, then closes the file (never a standard stream). */
  close(): Promise<void>;
}

/** Options of {@link openLineSink}. */
export interface LineSinkOptions {
  readonly fd: number;
  /** Bytes kept while the reader is slow. Default: 1 MiB. */
  readonly maxPendingBytes?: number;
  /** Told once output works again, with the number of lines that were dropped. */
  readonly onLost?: (lines: number) => void;
}

const retryMs = 50;
const flushMs = 500;

/**
 * Writes lines synchronously to a descriptor, so that none is lost at exit and none arrives late.
 *
 * Output that fails must not take the program down: a closed pipe ends the log, a full disk drops lines until there is room, and a reader
 * that does not read gets what fits into `maxPendingBytes`.
 */
export function openLineSink(options: LineSinkOptions): LineSink {
  return new DescriptorSink(options);
}

class DescriptorSink implements LineSink {
  readonly #fd: number;
  readonly #maxPendingBytes: number;
  readonly #onLost: (lines: number) => void;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #lost = 0;
  #isTorn = false;
  #isClosed = false;
  #retry: NodeJS.Timeout | undefined;

  constructor({ fd, maxPendingBytes = 1_048_576, onLost = () => undefined }: LineSinkOptions) {
    this.#fd = fd;
    this.#maxPendingBytes = maxPendingBytes;
    this.#onLost = onLost;
  }

  write(line: string): void {
    if (this.#isClosed) return;
    const text = this.#isTorn ? `\n${line}` : line;
    if (this.#pendingBytes > 0) this.#keep(Buffer.from(text));
    else this.#writeNow(text);
  }

  async close(): Promise<void> {
    for (let waited = 0; this.#pendingBytes > 0 && waited < flushMs; waited += retryMs) {
      this.#flush();
      if (this.#pendingBytes > 0) await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
    if (this.#isClosed) return;
    this.#end();
    if (this.#fd > 2) closeSync(this.#fd);
  }

  #writeNow(line: string): void {
    try {
      const written = writeSync(this.#fd, line);
      // Every UTF-16 unit is at least one byte: equal counts mean that all of an ASCII line is out.
      if (written !== line.length) this.#keepRest(Buffer.from(line), written);
    } catch (error) {
      if (isBusy(error)) this.#keep(Buffer.from(line));
      else this.#drop(error, 1);
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
      this.#lost += 1;
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
      const written = writeSync(this.#fd, bytes);
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
    if (error instanceof Error && 'code' in error && error.code === 'EPIPE') this.#end();
  }

  #reportLost(): void {
    const lines = this.#lost;
    this.#lost = 0;
    this.#onLost(lines);
  }

  #end(): void {
    this.#isClosed = true;
    this.#pending = [];
    this.#pendingBytes = 0;
    clearTimeout(this.#retry);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EBUSY');
}

function countLines(bytes: Buffer): number {
  return bytes.reduce((count, byte) => (byte === 10 ? count + 1 : count), 0);
}
