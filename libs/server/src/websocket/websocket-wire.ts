import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Wire, WireEvents } from '../channel/wire.ts';
import { isDeeperThan } from '../schema/is-deeper-than.ts';
import { cuts, goingAway, normalClosure, type Cut } from './cut.ts';
import type { WebSocketLimits } from './websocket-limits.ts';

/** What a {@link WebSocketWire} is made of. */
export interface WebSocketWireOptions {
  readonly socket: WebSocket;
  /** The connection below, for back-pressure. */
  readonly stream: Socket;
  readonly limits: Pick<WebSocketLimits, 'pauseBytes' | 'maxUnsentBytes' | 'stalledMs'>;
  /** Called for each whole message, before it is handed up; false drops it. */
  readonly admit: () => boolean;
  /** Told once when the server ends the connection for a reason. */
  readonly onCut: (cut: Cut) => void;
}

const asText = { binary: false };
const sent = Promise.resolve();
const maxDepth = 256;
/** What a client gets to answer the closing handshake. */
const closingMs = 2_000;
const drainStalledMs = 2_000;

/** One JSON-RPC message in each text message of a WebSocket, with back-pressure in both directions. */
export class WebSocketWire implements Wire {
  readonly #options: WebSocketWireOptions;
  #events: WireEvents | undefined;
  #closing: NodeJS.Timeout | undefined;
  #closeCode: number = normalClosure;
  #isCorked = false;
  #isHolding = false;

  constructor(options: WebSocketWireOptions) {
    this.#options = options;
    const { socket, stream, limits } = options;
    stream.removeAllListeners('timeout');
    stream.setTimeout(limits.stalledMs);
    stream.on('timeout', () => {
      if (socket.bufferedAmount > 0) this.cut(cuts.stalled);
    });
  }

  /** Bytes that the client has not taken yet. */
  get unsentBytes(): number {
    return this.#options.socket.bufferedAmount;
  }

  open(events: WireEvents): void {
    this.#events = events;
    const { socket, admit } = this.#options;
    socket.on('message', (data, isBinary) => {
      if (this.#closing !== undefined) return;
      if (isBinary || !Buffer.isBuffer(data)) {
        this.cut(cuts.binary);
      } else if (admit()) {
        receive(data, events);
      }
    });
    socket.on('error', (error) => {
      this.#end(toCut(error));
    });
    socket.on('close', () => {
      clearTimeout(this.#closing);
      events.gone();
    });
  }

  /** Messages of one turn of the event loop leave in one write. Resolves when the message is in the buffer, whose size is limited. */
  send(text: string): Promise<void> {
    const { socket, limits } = this.#options;
    if (socket.readyState !== socket.OPEN) return Promise.reject(new Error('The WebSocket is closed.'));
    const bytes = Buffer.from(text);
    const unsent = socket.bufferedAmount;
    if (unsent > 0 && unsent + bytes.length > limits.maxUnsentBytes) {
      this.cut(cuts.tooSlow);
      return Promise.reject(new Error('The client does not read its answers.'));
    }
    this.#cork();
    socket.send(bytes, asText);
    if (unsent + bytes.length > limits.pauseBytes) this.#holdBack();
    return sent;
  }

  close(): void {
    const { socket } = this.#options;
    if (this.#closing !== undefined || socket.readyState === socket.CLOSED) return;
    socket.close(this.#closeCode);
    this.#awaitClose();
  }

  /** The next ordinary {@link WebSocketWire.close} says that the server goes away. */
  announceEnd(): void {
    this.#closeCode = goingAway;
    const { stream, limits } = this.#options;
    stream.setTimeout(Math.min(limits.stalledMs, drainStalledMs));
  }

  /** Ends the connection at once for what runs on it; the client gets two seconds to take what was sent, and the reason. */
  cut(cut: Cut): void {
    const { socket } = this.#options;
    if (this.#closing !== undefined || socket.readyState === socket.CLOSED) return;
    socket.close(cut.code, cut.message);
    this.#end(cut);
  }

  /** Ends the connection without a word. */
  terminate(): void {
    this.#options.socket.terminate();
  }

  #end(cut: Cut): void {
    if (this.#closing === undefined) this.#options.onCut(cut);
    this.#awaitClose();
    this.#events?.gone();
  }

  #awaitClose(): void {
    const { socket } = this.#options;
    if (socket.readyState === socket.CLOSED) return;
    this.#closing ??= setTimeout(() => {
      socket.terminate();
    }, closingMs).unref();
    // The answer to the closing handshake has to be read.
    socket.resume();
  }

  #cork(): void {
    if (this.#isCorked) return;
    const { stream } = this.#options;
    this.#isCorked = true;
    stream.cork();
    setImmediate(() => {
      this.#isCorked = false;
      stream.uncork();
    });
  }

  /** A client that does not read its answers may not send more requests. */
  #holdBack(): void {
    if (this.#isHolding) return;
    const { socket, stream } = this.#options;
    this.#isHolding = true;
    socket.pause();
    stream.once('drain', () => {
      this.#isHolding = false;
      socket.resume();
    });
  }
}

function receive(data: Buffer, events: WireEvents): void {
  if (isDeeperThan(data, maxDepth)) {
    events.unreadable(`JSON may be nested ${maxDepth} levels deep at most.`);
  } else {
    events.text(data.toString('utf8'));
  }
}

/** `ws` has chosen the close code already. */
function toCut(error: Error & { readonly code?: string }): Cut {
  const isSize = error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
  return { code: isSize ? 1009 : 1002, reason: isSize ? 'websocket-size' : 'websocket-frame', message: error.message };
}
