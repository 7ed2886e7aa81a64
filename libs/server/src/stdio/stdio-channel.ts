import type { Readable } from 'node:stream';
import {
  ProtocolErrorCode,
  serializeMessage,
  type JSONRPCMessage,
  type MessageExtraInfo,
  type RequestId,
  type Transport,
} from '@modelcontextprotocol/server';
import { createActivity } from '../activity.ts';
import type { ProtocolOutput } from './guard-stdout.ts';
import { createLineReader } from './line-reader.ts';
import { findRequestId, parseMessage } from './parse-message.ts';

/** Unread output at which the channel stops reading requests. */
const maxUnsentBytes = 16 * 1024 * 1024;

/** Streams of a {@link StdioChannel}. */
export interface StdioChannelOptions {
  readonly stdin: Readable;
  readonly stdout: ProtocolOutput;
  /** Longest message in bytes; a longer one is skipped. Default: 10 MiB. */
  readonly maxMessageBytes?: number;
  /** Called once, after the first answer was written. */
  readonly onFirstAnswer?: () => void;
}

/**
 * Newline-delimited JSON-RPC over two streams (spec: basic/transports, stdio) that knows which requests are unanswered.
 *
 * The SDK's own transport closes when stdin ends and drops the answers that are still on their way; here the end of stdin is the
 * lifecycle's affair, so that `printf ... | server` gets its answer.
 */
export class StdioChannel implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: <T extends JSONRPCMessage>(message: T, extra?: MessageExtraInfo) => void;
  readonly #options: StdioChannelOptions;
  readonly #unanswered = new Set<RequestId>();
  readonly #activity = createActivity();
  readonly #read: (chunk: Buffer) => void;
  #outbox = '';
  #batch: PromiseWithResolvers<undefined> | undefined;
  #hasAnswered = false;
  #isClosed = false;

  constructor(options: StdioChannelOptions) {
    this.#options = options;
    const maxBytes = options.maxMessageBytes ?? 10 * 1024 * 1024;
    this.#read = createLineReader({
      maxBytes,
      onLine: (line) => {
        this.#receive(line);
      },
      onTooLong: () => {
        this.onerror?.(new Error(`A message was longer than ${maxBytes} bytes and was skipped.`));
      },
    });
  }

  start(): Promise<void> {
    this.#options.stdin.on('data', this.#read);
    return Promise.resolve();
  }

  /** Messages of one turn of the event loop leave in one write. Resolves when the system took it. */
  send(message: JSONRPCMessage): Promise<void> {
    this.#outbox += serializeMessage(message);
    this.#batch ??= this.#openBatch();
    const { promise } = this.#batch;
    if (!('method' in message) && message.id !== undefined) {
      this.#noteAnswer(message.id);
    }
    return promise;
  }

  close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#flush();
      this.#options.stdin.off('data', this.#read);
      this.#options.stdin.pause();
      this.onclose?.();
    }
    return Promise.resolve();
  }

  /** Resolves when every request was answered or cancelled, or when the signal aborts. Subscriptions do not count. */
  idle(signal: AbortSignal): Promise<void> {
    return this.#activity.idle(signal);
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

  #receive(line: string): void {
    let message: JSONRPCMessage;
    try {
      message = parseMessage(line);
    } catch (error) {
      this.onerror?.(new Error('A line on stdin is not a JSON-RPC message.', { cause: error }));
      this.#refuse(line);
      return;
    }
    this.#noteRequest(message);
    this.onmessage?.(message);
  }

  #refuse(line: string): void {
    const id = findRequestId(line);
    if (id === undefined) {
      return;
    }
    const error = { code: ProtocolErrorCode.InvalidRequest, message: 'Invalid Request: this is no JSON-RPC request of MCP.' };
    this.send({ jsonrpc: '2.0', id, error }).catch((cause: unknown) => {
      this.onerror?.(new Error('A refusal could not be written.', { cause }));
    });
  }

  #noteRequest(message: JSONRPCMessage): void {
    if (!('method' in message)) {
      return;
    }
    if ('id' in message) {
      if (message.method !== 'subscriptions/listen' && !this.#unanswered.has(message.id)) {
        this.#unanswered.add(message.id);
        this.#activity.enter();
      }
    } else if (message.method === 'notifications/cancelled') {
      const id = message.params?.['requestId'];
      if (typeof id === 'string' || typeof id === 'number') {
        this.#forget(id);
      }
    }
  }

  #noteAnswer(id: RequestId): void {
    this.#forget(id);
    if (!this.#hasAnswered) {
      this.#hasAnswered = true;
      this.#options.onFirstAnswer?.();
    }
  }

  #forget(id: RequestId): void {
    if (this.#unanswered.delete(id)) {
      this.#activity.leave();
    }
  }

  /** A client that does not read its answers may not send more requests. */
  #holdBack(): void {
    const { stdin, stdout } = this.#options;
    if (stdout.pendingBytes > maxUnsentBytes && !stdin.isPaused()) {
      stdin.pause();
      stdout.onDrain(() => {
        if (!this.#isClosed) {
          stdin.resume();
        }
      });
    }
  }
}
