import {
  ProtocolErrorCode,
  type JSONRPCErrorResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type MessageExtraInfo,
  type RequestId,
  type Transport,
} from '@modelcontextprotocol/server';
import { createActivity, type Activity } from '../activity.ts';
import { cancelledId } from './cancelled-id.ts';
import { listenedUris } from './judge-subscription.ts';
import { findRequestId, parseMessage } from './parse-message.ts';
import type { Wire } from './wire.ts';

/** The error member of a JSON-RPC response. */
export type RpcError = JSONRPCErrorResponse['error'];

/** How a {@link JsonRpcChannel} treats what comes. */
export interface JsonRpcChannelOptions {
  /** Counts unanswered requests, over several channels when they share it. Default: one of its own. */
  readonly activity?: Activity;
  /** Told how many characters more, or fewer, unanswered requests have. Default: nobody is told. */
  readonly onHeld?: (length: number) => void;
  /** Refuses a request before the protocol layer sees it; `length` is that of its text. Default: nothing is refused. */
  readonly judge?: (request: JSONRPCRequest, length: number) => RpcError | undefined;
  /**
   * Whether a text that is no JSON-RPC is answered even without an id, under the id null (JSON-RPC 2.0, 5.1). Default: it is skipped, since
   * on a shared stream it may be anybody's.
   */
  readonly answersUnreadable?: boolean;
  /** Called when a client begins to listen for these resources; what it returns when it no longer does. Default: nothing. */
  readonly onListen?: ((uris: readonly string[]) => () => void) | undefined;
  /** Called once, when the first answer was sent. */
  readonly onFirstAnswer?: () => void;
}

const unreadable: RpcError = { code: ProtocolErrorCode.ParseError, message: 'Parse error: this is no JSON.' };
const invalid: RpcError = { code: ProtocolErrorCode.InvalidRequest, message: 'Invalid Request: this is no JSON-RPC request of MCP.' };

/** JSON-RPC over a {@link Wire}, as a transport of the SDK that knows which requests are unanswered, so that a drain can wait for them. */
export class JsonRpcChannel implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: <T extends JSONRPCMessage>(message: T, extra?: MessageExtraInfo) => void;
  readonly #wire: Wire;
  readonly #options: JsonRpcChannelOptions;
  readonly #activity: Activity;
  /** Requests without an answer, and the length of each. */
  readonly #unanswered = new Map<RequestId, number>();
  /** Requests that opened subscriptions. */
  readonly #listening = new Map<RequestId, { readonly length: number; readonly leave?: (() => void) | undefined }>();
  #hasAnswered = false;
  #isClosed = false;

  constructor(wire: Wire, options: JsonRpcChannelOptions = {}) {
    this.#wire = wire;
    this.#options = options;
    this.#activity = options.activity ?? createActivity();
  }

  /** Number of requests without an answer; subscriptions do not count. */
  get unanswered(): number {
    return this.#unanswered.size;
  }

  /** Number of open `subscriptions/listen` requests. */
  get subscriptions(): number {
    return this.#listening.size;
  }

  /** Characters of all open `subscriptions/listen` requests, which are kept as long as they are open. */
  get listenLength(): number {
    return [...this.#listening.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** Whether a request with this id is open. */
  has(id: RequestId): boolean {
    return this.#unanswered.has(id) || this.#listening.has(id);
  }

  start(): Promise<void> {
    this.#wire.open({
      text: (text) => {
        this.#receive(text);
      },
      unreadable: (why) => {
        this.#refuse(new Error(why), { error: { ...unreadable, message: `Parse error: ${why}` } });
      },
      gone: () => {
        this.#end();
      },
    });
    return Promise.resolve();
  }

  send(message: JSONRPCMessage): Promise<void> {
    const sent = this.#wire.send(JSON.stringify(message));
    if (!('method' in message) && message.id !== undefined) {
      this.#noteAnswer(message.id);
    }
    return sent;
  }

  close(): Promise<void> {
    if (!this.#isClosed) {
      this.#wire.close();
      this.#end();
    }
    return Promise.resolve();
  }

  /** Resolves when every request was answered or cancelled, or when the signal aborts. Subscriptions do not count. */
  idle(signal: AbortSignal): Promise<void> {
    return this.#activity.idle(signal);
  }

  #end(): void {
    if (this.#isClosed) {
      return;
    }
    this.#isClosed = true;
    for (const id of [...this.#unanswered.keys(), ...this.#listening.keys()]) {
      this.#forget(id);
    }
    this.onclose?.();
  }

  #receive(text: string): void {
    if (this.#isClosed) {
      return;
    }
    let message: JSONRPCMessage;
    try {
      message = parseMessage(text);
    } catch (cause) {
      const error = cause instanceof SyntaxError ? unreadable : invalid;
      this.#refuse(new Error('What came is not a JSON-RPC message.', { cause }), { id: findRequestId(text), error });
      return;
    }
    if ('method' in message) {
      const error = 'id' in message ? this.#options.judge?.(message, text.length) : undefined;
      if (error !== undefined && 'id' in message) {
        this.#answer({ jsonrpc: '2.0', id: message.id, error });
        return;
      }
      this.#note(message, text.length);
    }
    this.onmessage?.(message);
  }

  #refuse(reason: Error, { id, error }: { id?: RequestId | undefined; error: RpcError }): void {
    this.onerror?.(reason);
    if (id !== undefined || this.#options.answersUnreadable === true) {
      this.#answer({ jsonrpc: '2.0', id: id ?? null, error });
    }
  }

  #answer(response: { readonly jsonrpc: '2.0'; readonly id: RequestId | null; readonly error: RpcError }): void {
    this.#wire.send(JSON.stringify(response)).catch((cause: unknown) => {
      this.onerror?.(new Error('A refusal could not be sent.', { cause }));
    });
    this.#noteFirst();
  }

  #note(message: Extract<JSONRPCMessage, { method: string }>, length: number): void {
    if (!('id' in message)) {
      this.#noteCancellation(message);
    } else if (message.method === 'subscriptions/listen') {
      this.#listening.get(message.id)?.leave?.();
      this.#listening.set(message.id, { length, leave: this.#options.onListen?.(listenedUris(message.params)) });
    } else if (!this.#unanswered.has(message.id)) {
      this.#unanswered.set(message.id, length);
      this.#options.onHeld?.(length);
      this.#activity.enter();
    }
  }

  #noteCancellation(message: JSONRPCMessage): void {
    const id = cancelledId(message);
    if (id !== undefined) {
      this.#forget(id);
    }
  }

  #noteAnswer(id: RequestId): void {
    this.#forget(id);
    this.#noteFirst();
  }

  #noteFirst(): void {
    if (!this.#hasAnswered) {
      this.#hasAnswered = true;
      this.#options.onFirstAnswer?.();
    }
  }

  #forget(id: RequestId): void {
    this.#listening.get(id)?.leave?.();
    this.#listening.delete(id);
    const length = this.#unanswered.get(id);
    if (length !== undefined) {
      this.#unanswered.delete(id);
      this.#options.onHeld?.(-length);
      this.#activity.leave();
    }
  }
}
