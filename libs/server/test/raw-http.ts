import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

/** What came back on one connection. */
export interface RawAnswer {
  /** Status of the first response; 0 when the server closed without one. */
  readonly status: number;
  readonly head: string;
  readonly body: string;
  /** Everything, for pipelined requests. */
  readonly text: string;
  /** Whether the server closed the connection. */
  readonly isClosed: boolean;
}

/** Sends bytes as they are and collects the answer until the server closes, or for `waitMs` after the last byte came. */
export function sendRaw(port: number, parts: string | readonly (string | Buffer)[], { waitMs = 300, dripMs = 0 } = {}): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    let isClosed = false;
    let timer: NodeJS.Timeout | undefined;
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ ...readAnswer(text), isClosed });
    };
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      clearTimeout(timer);
      timer = setTimeout(() => void finishWhenQuiet(text.length), waitMs);
    });
    // Timers of a process that stood still ring before it reads what came meanwhile.
    const finishWhenQuiet = async (length: number): Promise<void> => {
      for (let turns = 0; turns < 10 && text.length === length; turns += 1) await turn();
      if (text.length === length) finish();
    };
    socket.on('close', () => {
      isClosed = true;
      finish();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'ECONNRESET') {
        isClosed = true;
        finish();
      } else {
        reject(error);
      }
    });
    const write = async (): Promise<void> => {
      for (const part of typeof parts === 'string' ? [parts] : parts) {
        socket.write(part);
        if (dripMs > 0) {
          await new Promise((next) => setTimeout(next, dripMs));
        }
      }
      timer ??= setTimeout(finish, 20_000);
    };
    void write();
  });
}

function readAnswer(text: string): Omit<RawAnswer, 'isClosed'> {
  const split = text.indexOf('\r\n\r\n');
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0);
  return split === -1 ? { status, head: text, body: '', text } : { status, head: text.slice(0, split), body: text.slice(split + 4), text };
}

const modernMeta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** A `tools/call` of `echo` in the modern era. */
export function echoBody(text = 'hi'): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'echo', arguments: { text }, _meta: modernMeta },
  });
}

/** The headers that a modern client sends with {@link echoBody}, by name; `undefined` leaves one out. */
export type Headers = Readonly<Record<string, string | undefined>>;

/** A whole POST to `/mcp`. */
export function post(body: string, headers: Headers = {}): string {
  const all: Headers = {
    Host: '127.0.0.1',
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
    'Mcp-Protocol-Version': '2026-07-28',
    'Mcp-Method': 'tools/call',
    'Mcp-Name': 'echo',
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return `POST /mcp HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** Headers of a 2025-era POST: no protocol version, method or name. */
export const legacyHeaders: Headers = { 'Mcp-Protocol-Version': undefined, 'Mcp-Method': undefined, 'Mcp-Name': undefined };
