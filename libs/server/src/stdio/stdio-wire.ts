import type { Readable } from 'node:stream';
import type { Wire, WireEvents } from '../channel/wire.ts';
import type { ProtocolOutput } from './guard-stdout.ts';
import { createLineReader } from './line-reader.ts';

/** Unread output at which no more requests are read. */
const maxUnsentBytes = 16 * 1024 * 1024;

/** Streams of a {@link StdioWire}. */
export interface StdioWireOptions {
  readonly stdin: Readable;
  readonly stdout: ProtocolOutput;
  /** Longest message in bytes; a longer one is skipped. Default: 10 MiB. */
  readonly maxMessageBytes?: number;
}

/**
 * Newline-delimited messages over two streams (spec: basic/transports, stdio).
 *
 * The SDK's own transport closes when stdin ends and drops the answers that are still on their way; here the end of stdin is the
 * lifecycle's affair, so that `printf ... | server` gets its answer.
 */
export class StdioWire implements Wire {
  readonly #options: StdioWireOptions;
  #read: ((chunk: Buffer) => void) | undefined;
  #outbox = '';
  #batch: PromiseWithResolvers<undefined> | undefined;

  constructor(options: StdioWireOptions) {
    this.#options = options;
  }

  open({ text, unreadable }: WireEvents): void {
    const { stdin, maxMessageBytes = 10 * 1024 * 1024 } = this.#options;
    this.#read = createLineReader({
      maxBytes: maxMessageBytes,
      onLine: text,
      onTooLong: () => {
        unreadable(`A message was longer than ${maxMessageBytes} bytes and was skipped.`);
      },
    });
    stdin.on('data', this.#read);
  }

  /** Messages of one turn of the event loop leave in one write. Resolves when the system took it. */
  send(text: string): Promise<void> {
    this.#outbox += `${text}\n`;
    this.#batch ??= this.#openBatch();
    return this.#batch.promise;
  }

  close(): void {
    this.#flush();
    if (this.#read !== undefined) {
      this.#options.stdin.off('data', this.#read);
      this.#read = undefined;
    }
    this.#options.stdin.pause();
  }

  #openBatch(): PromiseWithResolvers<undefined> {
    setImmediate(() => {
      this.#flush();
    });
    return Promise.withResolvers<undefined>();
  }

  #flush(): void {
    const batch = this.#batch;
    if (batch === undefined) {
      return;
    }
    const text = this.#outbox;
    this.#outbox = '';
    this.#batch = undefined;
    this.#options.stdout.write(text, (error) => {
      if (error === undefined || error === null) {
        batch.resolve(undefined);
      } else {
        batch.reject(error);
      }
    });
    this.#holdBack();
  }

  /** A client that does not read its answers may not send more requests. */
  #holdBack(): void {
    const { stdin, stdout } = this.#options;
    if (stdout.pendingBytes > maxUnsentBytes && !stdin.isPaused()) {
      stdin.pause();
      stdout.onDrain(() => {
        if (this.#read !== undefined) {
          stdin.resume();
        }
      });
    }
  }
}
