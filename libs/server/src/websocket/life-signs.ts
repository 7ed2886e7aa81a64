import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { cuts, type Cut } from './cut.ts';
import type { WebSocketLimits } from './websocket-limits.ts';

/** Masked client frames without an extended length: two bytes, and four of the mask (RFC 6455, 5.2). */
const controlHeaderBytes = 6;

/** What {@link LifeSigns} watches. */
export interface LifeSignsOptions {
  readonly socket: WebSocket;
  readonly stream: Socket;
  readonly limits: Pick<WebSocketLimits, 'pingMs' | 'pongMs' | 'messageMs' | 'idleMs' | 'maxControlFrames'>;
  /** Shared by all connections: what their unfinished messages may take together. */
  readonly budget: { bytesLeft: number };
  /** Called when the budget is used up. */
  readonly onCrowded: () => void;
  /** When the connection was opened, milliseconds since the epoch. */
  readonly now: number;
}

/** Tells from what comes in whether a peer is alive, finishes what it begins, and is at work. */
export class LifeSigns {
  readonly #options: LifeSignsOptions;
  #lastHeardAt: number;
  #lastMessageAt: number;
  #pingedAt: number | undefined;
  #unfinishedSince: number | undefined;
  #unfinishedBytes = 0;
  #controlFrames = 0;
  #isHeard = false;
  #hasNewMessage = false;
  #hasSpoken = false;

  constructor(options: LifeSignsOptions) {
    this.#options = options;
    this.#lastHeardAt = options.now;
    this.#lastMessageAt = options.now;
    const { socket, stream } = options;
    const onControlFrame = (data: Buffer): void => {
      this.#controlFrames += 1;
      this.#release(data.length + controlHeaderBytes);
    };
    socket.on('ping', onControlFrame);
    socket.on('pong', onControlFrame);
    socket.on('close', () => {
      this.#release(this.#unfinishedBytes);
    });
    // Before the listener of ws, so that what a chunk completes is taken off again.
    stream.prependListener('data', (chunk: Buffer) => {
      this.#take(chunk.length);
    });
  }

  /** A whole message has come. */
  noteMessage(): void {
    this.#hasNewMessage = true;
    this.#release(this.#unfinishedBytes);
  }

  /** Pings a silent peer, and finds what is wrong with it; call it again and again. A peer that is not read from cannot be heard. */
  check(now: number, { isBusy }: { readonly isBusy: boolean }): Cut | undefined {
    this.#advance(now);
    const { socket, limits } = this.#options;
    const isFlood = this.#controlFrames > limits.maxControlFrames;
    this.#controlFrames = 0;
    if (isFlood) return cuts.controlFlood;
    if (isBusy) this.#lastMessageAt = now;
    if (socket.isPaused) return undefined;
    if (this.#unfinishedSince !== undefined && now - this.#unfinishedSince >= limits.messageMs) return cuts.unfinished;
    const idleMs = this.#hasSpoken ? limits.idleMs : Math.min(limits.idleMs, limits.messageMs);
    if (now - this.#lastMessageAt >= idleMs) return cuts.idle;
    return this.#ping(now);
  }

  #advance(now: number): void {
    if (this.#isHeard) {
      this.#isHeard = false;
      this.#lastHeardAt = now;
      this.#pingedAt = undefined;
    }
    if (this.#hasNewMessage) {
      this.#hasNewMessage = false;
      this.#hasSpoken = true;
      this.#lastMessageAt = now;
      this.#unfinishedSince = undefined;
    }
    this.#unfinishedSince = this.#unfinishedBytes > 0 ? (this.#unfinishedSince ?? now) : undefined;
  }

  #ping(now: number): Cut | undefined {
    const { socket, limits } = this.#options;
    if (this.#pingedAt !== undefined) return now - this.#pingedAt >= limits.pongMs ? cuts.silent : undefined;
    if (now - this.#lastHeardAt >= limits.pingMs && socket.readyState === socket.OPEN) {
      this.#pingedAt = now;
      socket.ping();
    }
    return undefined;
  }

  #take(bytes: number): void {
    const { budget, onCrowded } = this.#options;
    this.#isHeard = true;
    this.#unfinishedBytes += bytes;
    budget.bytesLeft -= bytes;
    if (budget.bytesLeft < 0) onCrowded();
  }

  #release(bytes: number): void {
    const released = Math.min(bytes, this.#unfinishedBytes);
    this.#unfinishedBytes -= released;
    this.#options.budget.bytesLeft += released;
  }
}
