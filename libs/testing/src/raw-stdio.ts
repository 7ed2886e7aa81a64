import type { Probe } from '@trellis-mcp/test-services';

/** One JSON-RPC message, as far as tests look into it. */
export interface RawMessage {
  readonly jsonrpc?: unknown;
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code?: unknown; readonly message?: unknown; readonly data?: unknown };
}

/** JSON-RPC by hand over the pipes of a process: for what no well-behaved client can send or see. */
export interface RawStdio {
  /** Sends a request of the modern era and resolves with its response. */
  request(method: string, params?: Readonly<Record<string, unknown>>, timeoutMs?: number): Promise<RawMessage>;
  /** Sends a request and returns its id; the response comes to {@link RawStdio.response}. */
  send(method: string, params?: Readonly<Record<string, unknown>>): number;
  response(id: number, timeoutMs?: number): Promise<RawMessage>;
  notify(method: string, params?: Readonly<Record<string, unknown>>): void;
  /** Writes a line as it is. */
  write(line: string): void;
}

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** Counts on over all connections, so that two drivers of one process never share an id. */
let lastId = 0;

/** Speaks the given era over a probe: modern requests carry their envelope, legacy connections begin with {@link initialize}. */
export function openRawStdio(probe: Probe, era: 'modern' | 'legacy'): RawStdio {
  const write = (line: string): void => void probe.stdin.write(`${line}\n`);
  const post = (message: RawMessage): void => {
    const params = era === 'modern' ? { ...message.params, _meta: { ...envelope } } : message.params;
    write(JSON.stringify({ jsonrpc: '2.0', ...message, ...(params === undefined ? {} : { params }) }));
  };
  const send: RawStdio['send'] = (method, params = {}) => {
    lastId += 1;
    const id = lastId;
    post({ id, method, params });
    return id;
  };
  const response: RawStdio['response'] = async (id, timeoutMs = 30_000) => {
    const line = await probe.waitForStdout((candidate) => readMessage(candidate)?.id === id, timeoutMs);
    return readMessage(line) ?? {};
  };
  return {
    send,
    response,
    write,
    request: (method, params, timeoutMs) => response(send(method, params), timeoutMs),
    notify: (method, params = {}) => {
      post({ method, params });
    },
  };
}

/** Opens a connection of the 2025 era. */
export async function initialize(raw: RawStdio, timeoutMs?: number): Promise<RawMessage> {
  const clientInfo = { name: 'raw', version: '0' };
  const answer = await raw.request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }, timeoutMs);
  raw.notify('notifications/initialized');
  return answer;
}

/** Parses a line; undefined when it is no JSON-RPC 2.0 message. */
export function readMessage(line: string): RawMessage | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'jsonrpc' in value && value.jsonrpc === '2.0' ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
