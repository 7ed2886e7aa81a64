import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { silentLogger } from '@trellis-mcp/logging';
import { createEchoServer } from '../../test/fixture/echo-server.ts';
import { startHttp } from '../../test/fixture/start-http.ts';
import type { Principal } from '../principal.ts';
import { LegacySessions } from './legacy-sessions.ts';
import { createSessionEvents } from './session-events.ts';

const accept = 'application/json, text/event-stream';
const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1.0.0' } },
};
const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', arguments: { text: 'hi' } } };
const alice = { id: 'alice', scopes: 'all' } as const;
const mallory = { id: 'mallory', scopes: 'all' } as const;

let now = 0;
let sessions: LegacySessions;

beforeEach(() => {
  now = 1_000_000;
  const host = { log: silentLogger(), now: () => now };
  sessions = new LegacySessions({ createServer: createEchoServer(), host, maxSessions: 2, idleTtlMs: 60_000 });
});

afterEach(async () => {
  await sessions.close();
});

async function send(body: object, principal: Principal, id?: string): Promise<{ response: Response; text: string }> {
  const headers = { accept, 'content-type': 'application/json', ...(id !== undefined && { 'mcp-session-id': id }) };
  const request = new Request('http://localhost/mcp', { method: 'POST', headers });
  const { response, leave } = await sessions.handle(request, body, principal);
  const text = await response.text();
  leave();
  return { response, text };
}

async function open(principal: Principal): Promise<string> {
  const { response } = await send(initialize, principal);
  return response.headers.get('mcp-session-id') ?? '';
}

describe('a session', () => {
  it('answers its principal', async () => {
    const id = await open(alice);
    expect((await send(call, alice, id)).text).toMatch(/hi legacy http-session alice/);
  });

  it('is not found for another principal, in the words for an unknown one', async () => {
    const id = await open(alice);
    const foreign = await send(call, mallory, id);
    const unknown = await send(call, mallory, 'b0a7cbb0-0000-4000-8000-000000000000');
    expect(foreign.response.status).toBe(404);
    expect(foreign.text).toBe(unknown.text);
  });

  it('is not found for a principal of that name in another tenant', async () => {
    const id = await open({ ...alice, tenant: 'one' });
    expect((await send(call, { ...alice, tenant: 'two' }, id)).response.status).toBe(404);
    expect((await send(call, { ...alice, tenant: 'one' }, id)).response.status).toBe(200);
  });

  it('answers a request whose id another one took meanwhile, and refuses the other', async () => {
    const id = await open(alice);
    const wait = { ...call, params: { name: 'wait', arguments: { ms: 300 } } };
    const [first, second] = await Promise.all([send(wait, alice, id), send(call, alice, id)]);
    expect(first.text).toMatch(/waited 300/);
    expect(second).toMatchObject({ response: { status: 400 }, text: expect.stringMatching(/still being answered/) });
    expect((await send([call, call], alice, id)).response.status).toBe(400);
    expect((await send(call, alice, id)).text).toMatch(/hi legacy/);
  });

  it('ends after the idle time, and lives on while it is used', async () => {
    const id = await open(alice);
    now += 59_000;
    expect((await send(call, alice, id)).response.status).toBe(200);
    now += 59_000;
    expect((await send(call, alice, id)).response.status).toBe(200);
    now += 60_000;
    expect((await send(call, alice, id)).response.status).toBe(404);
  });

  it('must be opened with initialize', async () => {
    const { response, text } = await send(call, alice);
    expect(response.status).toBe(400);
    expect(text).toMatch(/Send initialize first/);
  });
});

describe('a cancellation', () => {
  it('ends the stream of its request, without an answer, and the session goes idle', async () => {
    const id = await open(alice);
    const wait = { ...call, params: { name: 'wait', arguments: { ms: 600_000 } } };
    const waiting = send(wait, alice, id);
    const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    expect((await send(cancelled, alice, id)).response.status).toBe(202);
    expect((await waiting).text).not.toMatch(/result|error/);
    expect((await send(call, alice, id)).text).toMatch(/hi legacy/);
    now += 60_000;
    expect((await send(call, alice, id)).response.status).toBe(404);
  });

  it.each([[{ requestId: 1 }], [{ requestId: 7 }], [{ requestId: null }], [{}], [undefined]])(
    'of what does not run troubles nobody: %j',
    async (params) => {
      const id = await open(alice);
      await send(call, alice, id);
      await send({ jsonrpc: '2.0', method: 'notifications/cancelled', params }, alice, id);
      expect((await send(call, alice, id)).text).toMatch(/hi legacy/);
    },
  );
});

describe('one session too many', () => {
  it('is refused until another one ends', async () => {
    await open(alice);
    await open(alice);
    const refused = await send(initialize, mallory);
    expect(refused.response.status).toBe(503);
    expect(refused.response.headers.get('retry-after')).toBe('60');
    now += 60_000;
    expect((await send(initialize, mallory)).response.status).toBe(200);
  });

  it('is refused, also when all come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(initialize, alice)));
    expect(answers.filter(({ response }) => response.status === 200)).toHaveLength(2);
    expect(sessions.size).toBe(2);
  });
});

describe('the end of a session', () => {
  it('leaves nothing behind when initialize is refused', async () => {
    const request = new Request('http://localhost/mcp', { method: 'POST', headers: { 'content-type': 'application/json' } });
    const { response } = await sessions.handle(request, initialize, alice);
    expect(response.status).toBe(406);
    expect(sessions.size).toBe(0);
  });

  it('ends for its client with DELETE', async () => {
    const id = await open(alice);
    const request = new Request('http://localhost/mcp', { method: 'DELETE', headers: { 'mcp-session-id': id } });
    expect((await sessions.handle(request, undefined, alice)).response.status).toBe(200);
    expect((await send(call, alice, id)).response.status).toBe(404);
  });
});

describe('the events of a session', () => {
  const message = (id: number) => ({ jsonrpc: '2.0', id, result: { text: 'x'.repeat(100) } }) as const;

  it('are replayed after the last one seen, for its stream alone', async () => {
    const store = createSessionEvents({ maxEvents: 10, maxBytes: 10_000 });
    const first = await store.storeEvent('a', message(1));
    await store.storeEvent('b', message(2));
    await store.storeEvent('a', message(3));
    const seen: unknown[] = [];
    const stream = await store.replayEventsAfter(first, { send: (_id, sent) => Promise.resolve(void seen.push(sent)) });
    expect(stream).toBe('a');
    expect(seen).toEqual([message(3)]);
  });

  it('are dropped oldest first by number and by size', async () => {
    const store = createSessionEvents({ maxEvents: 3, maxBytes: 10_000 });
    const ids = [];
    for (let id = 0; id < 5; id += 1) {
      ids.push(await store.storeEvent('a', message(id)));
    }
    expect(await store.getStreamIdForEventId?.(ids[1] ?? '')).toBeUndefined();
    expect(await store.getStreamIdForEventId?.(ids[2] ?? '')).toBe('a');
    await store.storeEvent('a', { jsonrpc: '2.0', id: 9, result: { text: 'x'.repeat(20_000) } });
    expect(await store.getStreamIdForEventId?.(ids[4] ?? '')).toBeUndefined();
  });
});

describe('--legacy-sessions', () => {
  it('gives a v1 client a session and a stream, and ends both at the drain', async () => {
    const server = await startHttp({ legacySessions: true });
    const client = new LegacyClient({ name: 'test', version: '1.0.0' });
    const transport = new LegacyTransport(new URL(server.url));
    await client.connect(transport);
    const result = await client.callTool({ name: 'echo', arguments: { text: 'hi' } });
    expect(result.content).toEqual([{ type: 'text', text: 'hi legacy http-session anonymous' }]);
    expect(transport.sessionId).toMatch(/^[0-9a-f-]{36}$/);
    expect(await server.stop()).toBe(0);
    await client.close();
  });
});
