import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Headers } from './raw-http.ts';

/** The head of an upgrade request, byte by byte as given. */
export function upgrade(path = '/ws', headers: Headers = {}): string {
  const all: Headers = {
    Host: '127.0.0.1',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Protocol': 'mcp',
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return `GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/** What a {@link frame} can say. */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Bits of a frame that differ from a well-formed one. */
export interface FrameOptions {
  readonly opcode?: number;
  readonly isLast?: boolean;
  readonly isMasked?: boolean;
  /** Reserved bits, such as 0x40 for compression. */
  readonly reserved?: number;
  /** What the header says; default: the truth. */
  readonly length?: number;
}

/** One frame of a client (RFC 6455, 5.2), masked with zeros. */
export function frame(payload: string | Buffer, options: FrameOptions = {}): Buffer {
  const { opcode = opcodes.text, isLast = true, isMasked = true, reserved = 0 } = options;
  const body = Buffer.from(payload);
  const { length = body.length } = options;
  const mask = isMasked ? 0x80 : 0;
  const first = (isLast ? 0x80 : 0) | reserved | opcode;
  const head =
    length < 126
      ? Buffer.from([first, mask | length])
      : length < 65_536
        ? Buffer.from([first, mask | 126, length >> 8, length & 0xff])
        : Buffer.concat([Buffer.from([first, mask | 127]), bigEndian(length)]);
  return Buffer.concat([head, Buffer.alloc(isMasked ? 4 : 0), body]);
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** A WebSocket by hand: it answers no ping and no closing handshake unless told to. */
export interface RawWebSocket extends Disposable {
  readonly socket: Socket;
  /** Text messages so far. */
  readonly messages: string[];
  /** Pings so far. */
  readonly pings: () => number;
  /** The code of the close frame, or 1006 when the connection ended without one. */
  readonly closed: Promise<number>;
  /** Resolves when the connection is gone. */
  readonly gone: Promise<void>;
  send(...frames: readonly (string | Buffer)[]): void;
  /** Resolves with the first message that matches. */
  waitFor(pattern: RegExp): Promise<string>;
}

/** Opens a connection and reads frames until it ends. */
export async function openRaw(port: number, headers: Headers = {}): Promise<RawWebSocket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const state: Received = { messages: [], listeners: new Set(), pings: 0, closed: Promise.withResolvers<number>() };
  const gone = once(socket, 'close').then(() => {
    state.closed.resolve(1006);
  });
  socket.write(upgrade('/ws', headers));
  await readUpgrade(socket, state);
  const { messages } = state;
  return {
    socket,
    messages,
    pings: () => state.pings,
    closed: state.closed.promise,
    gone,
    send(...frames) {
      for (const one of frames) socket.write(typeof one === 'string' ? frame(one) : one);
    },
    waitFor: (pattern) => waitForMessage(state, pattern),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

interface Received {
  readonly messages: string[];
  /** Told of each message. */
  readonly listeners: Set<(message: string) => void>;
  pings: number;
  readonly closed: PromiseWithResolvers<number>;
}

async function waitForMessage({ messages, listeners }: Received, pattern: RegExp): Promise<string> {
  const past = messages.find((message) => pattern.test(message));
  if (past !== undefined) return past;
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const listen = (message: string): void => {
    if (pattern.test(message)) resolve(message);
  };
  const timer = setTimeout(() => {
    resolve(undefined);
  }, 60_000);
  listeners.add(listen);
  const found = await promise;
  clearTimeout(timer);
  listeners.delete(listen);
  if (found === undefined) throw new Error(`No message matches ${pattern}: ${messages.join('\n').slice(0, 1_000)}`);
  return found;
}

/** Resolves when the server has switched protocols; rejects with its answer when it refuses. */
function readUpgrade(socket: Socket, state: Received): Promise<void> {
  return new Promise((resolve, reject) => {
    let isOpen = false;
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (!isOpen) {
        const end = rest.indexOf('\r\n\r\n');
        if (end === -1) return;
        if (!rest.toString('latin1').startsWith('HTTP/1.1 101')) reject(new Error(rest.toString('latin1')));
        rest = rest.subarray(end + 4);
        isOpen = true;
        resolve();
      }
      rest = readFrames(rest, (opcode, payload) => {
        note(state, opcode, payload);
      });
    });
    socket.on('close', () => {
      reject(new Error('The connection was closed without an answer.'));
    });
  });
}

function note(state: Received, opcode: number, payload: Buffer): void {
  if (opcode === opcodes.text) {
    const message = payload.toString('utf8');
    state.messages.push(message);
    for (const listener of state.listeners) listener(message);
  }
  if (opcode === opcodes.ping) state.pings += 1;
  if (opcode === opcodes.close) state.closed.resolve(payload.length >= 2 ? payload.readUInt16BE() : 1005);
}

function readFrames(bytes: Buffer, take: (opcode: number, payload: Buffer) => void): Buffer {
  let rest = bytes;
  for (;;) {
    const short = (rest[1] ?? 0) & 0x7f;
    const start = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (rest.length < start) return rest;
    const length = short === 127 ? Number(rest.readBigUInt64BE(2)) : short === 126 ? rest.readUInt16BE(2) : short;
    if (rest.length < start + length) return rest;
    take((rest[0] ?? 0) & 0x0f, rest.subarray(start, start + length));
    rest = rest.subarray(start + length);
  }
}
