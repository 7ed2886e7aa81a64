import { type JSONRPCMessage, parseJSONRPCMessage, type Transport } from '@modelcontextprotocol/client';
import { AppError } from '@trellis-mcp/errors';
import type { WebSocket } from 'ws';
import type { WebSocketTarget } from './connect-options.ts';
import { explainClosure } from './explain-closure.ts';
import { fromStatus } from './to-app-error.ts';

const subprotocol = 'mcp';
/** What the server gets to answer the closing handshake. */
const closingMs = 2_000;

/**
 * MCP over WebSocket, one JSON-RPC message in each text message. WebSocket is not part of the MCP specification; Trellis servers offer it
 * with `--websocket`.
 */
export class WebSocketTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #target: WebSocketTarget;
  readonly #handshakeMs: number;
  #socket: WebSocket | undefined;
  #failure: AppError | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #hasOpened = false;
  #isClosed = false;

  /** @throws AppError `INVALID_INPUT` when the URL is no plain `ws:` or `wss:` URL. */
  constructor(target: WebSocketTarget, handshakeMs: number) {
    checkUrl(target.url);
    this.#target = target;
    this.#handshakeMs = handshakeMs;
  }

  /** Why the server ended the open connection; undefined until then, and when this side closed it. */
  get failure(): AppError | undefined {
    return this.#failure;
  }

  /** @throws AppError when the server cannot be reached (`UPSTREAM`) or refuses, as the status of its answer says. */
  async start(): Promise<void> {
    const { url, token, headers, maxMessageBytes = 16 * 1024 * 1024 } = this.#target;
    const { WebSocket } = await import('ws');
    if (this.#isClosed) throw new AppError('CANCELLED', 'The connection was closed before it was open.');
    const socket = new WebSocket(url, subprotocol, {
      headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      maxPayload: maxMessageBytes,
      perMessageDeflate: false,
      followRedirects: false,
    });
    this.#socket = socket;
    this.#listen(socket);
    await opened(socket, this.#handshakeMs);
    this.#hasOpened = true;
    this.#startHeartbeat(socket);
  }

  /** Resolves when the system took the message. */
  send(message: JSONRPCMessage): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined || socket.readyState !== socket.OPEN) {
      return Promise.reject(this.#failure ?? new AppError('UPSTREAM', 'The connection to the server is closed.', { retryable: true }));
    }
    return new Promise((resolve, reject) => {
      // The stream below may pass null for no error.
      socket.send(JSON.stringify(message), (error?: Error | null) => {
        if (error === undefined || error === null) resolve();
        else reject(error);
      });
    });
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    const isOpen = socket !== undefined && socket.readyState !== socket.CLOSED;
    const wasClosed = this.#isClosed;
    this.#isClosed = true;
    if (isOpen) {
      const gone = new Promise((resolve) => socket.once('close', resolve));
      const cut = setTimeout(() => {
        socket.terminate();
      }, closingMs);
      socket.close(1000);
      await gone;
      clearTimeout(cut);
    } else if (!wasClosed) {
      this.onclose?.();
    }
  }

  #listen(socket: WebSocket): void {
    socket.on('message', (data, isBinary) => {
      this.#receive(isBinary || !Buffer.isBuffer(data) ? undefined : data.toString('utf8'));
    });
    socket.on('error', (error) => {
      this.onerror?.(error);
    });
    socket.on('close', (code, reason) => {
      clearInterval(this.#heartbeat);
      if (this.#hasOpened && !this.#isClosed) this.#failure = explainClosure(code, reason.toString('utf8'));
      this.#isClosed = true;
      this.onclose?.();
    });
  }

  #receive(text: string | undefined): void {
    let message: JSONRPCMessage;
    try {
      if (text === undefined) throw new TypeError('a binary message');
      message = parseJSONRPCMessage(JSON.parse(text));
    } catch (cause) {
      this.onerror?.(new Error('The server sent what is no JSON-RPC message.', { cause }));
      return;
    }
    this.onmessage?.(message);
  }

  /** A server that vanished without a word is noticed after two pings that nobody answered. */
  #startHeartbeat(socket: WebSocket): void {
    let isAlive = true;
    const note = (): void => {
      isAlive = true;
    };
    for (const event of ['pong', 'ping', 'message']) socket.on(event, note);
    this.#heartbeat = setInterval(() => {
      if (!isAlive) {
        socket.terminate();
      } else if (socket.readyState === socket.OPEN) {
        isAlive = false;
        socket.ping();
      }
    }, this.#target.pingMs ?? 30_000).unref();
  }
}

/** Resolves when the handshake is done. */
async function opened(socket: WebSocket, limitMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => {
    reject(new AppError('TIMEOUT', `The server did not open the WebSocket within ${String(limitMs)} ms.`, { retryable: true }));
  }, limitMs);
  socket.once('open', () => {
    resolve(undefined);
  });
  socket.once('error', reject);
  socket.once('unexpected-response', (_request, { statusCode = 0 }) => {
    reject(fromStatus(statusCode, new Error(`The server refused the upgrade with HTTP ${String(statusCode)}.`)));
  });
  try {
    await promise;
  } catch (error) {
    socket.terminate();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function checkUrl(url: string | URL): void {
  const parsed = URL.canParse(String(url)) ? new URL(url) : undefined;
  const isPlain = parsed?.username === '' && parsed.password === '' && parsed.hash === '';
  if (isPlain && (parsed.protocol === 'ws:' || parsed.protocol === 'wss:')) return;
  throw new AppError(
    'INVALID_INPUT',
    'The URL of a WebSocket must begin with ws:// or wss:// and hold neither credentials nor a fragment.',
    {
      hint: 'Give the token as the option "token".',
    },
  );
}
