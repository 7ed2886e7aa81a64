import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { freePort } from '@trellis-mcp/test-services';
import { startBareWebSocket } from '../test/bare-websocket.ts';
import { connect } from './connect.ts';

const failureOf = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

describe.each(['modern', 'legacy', 'auto'] as const)('a server over WebSocket, era %s', (era) => {
  it('lists, calls, reads and prompts', async () => {
    await using server = await startBareWebSocket();
    await using connection = await connect({ websocket: { url: server.url } }, { era });
    expect(connection.era).toBe(era === 'legacy' ? 'legacy' : 'modern');
    expect((await connection.listTools()).map(({ name }) => name)).toContain('add');
    expect(await connection.callTool('add', { a: 1, b: 2 })).toMatchObject({ data: { sum: 3 } });
    expect(await connection.readResource('test://note')).toMatchObject([{ text: 'noted' }]);
    expect((await connection.getPrompt('greet', { name: 'Ada' })).messages).toHaveLength(1);
    await expect(connection.callTool('refuse')).rejects.toMatchObject({ code: 'LIMIT', hint: 'Ask for less.' });
    expect(server.upgrades).toHaveLength(1);
  });

  it('cancels a call and keeps the connection', async () => {
    await using server = await startBareWebSocket();
    await using connection = await connect({ websocket: { url: server.url } }, { era });
    await expect(connection.callTool('wait', { ms: 5000 }, { signal: AbortSignal.timeout(100) })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    expect(await connection.callTool('add', { a: 1, b: 2 })).toMatchObject({ data: { sum: 3 } });
  });
});

describe('the handshake', () => {
  it('carries the token in a header, never in the URL, and offers no compression', async () => {
    await using server = await startBareWebSocket();
    const headers = { 'x-tenant': 'acme' };
    await (await connect({ websocket: { url: server.url, token: 'hunter2', headers } })).close();
    const [{ url, headers: sent } = { url: '', headers: {} }] = server.upgrades;
    expect(url).toBe('/ws');
    expect(sent).toMatchObject({ authorization: 'Bearer hunter2', 'x-tenant': 'acme', 'sec-websocket-protocol': 'mcp' });
    expect(sent).not.toHaveProperty('sec-websocket-extensions');
  });

  it.each([
    [401, 'DENIED'],
    [403, 'DENIED'],
    [404, 'UPSTREAM'],
    [426, 'UPSTREAM'],
    [429, 'LIMIT'],
    [503, 'UPSTREAM'],
  ])('that is refused with HTTP %d is %s, without the body of the answer', async (status, code) => {
    await using server = await startBareWebSocket();
    server.fail(status);
    for (const era of ['auto', 'legacy'] as const) {
      const failure = await failureOf(connect({ websocket: { url: server.url, token: 'hunter2' } }, { era }));
      expect(failure).toMatchObject({ name: 'AppError', code, details: { status } });
      expect(String(failure)).not.toMatch(/secret|hunter2/);
    }
  });
});

describe('a handshake', () => {
  it('that nobody answers names the failure, not the address', async () => {
    const url = `ws://127.0.0.1:${String(await freePort())}/ws?key=hidden`;
    const failure = await failureOf(connect({ websocket: { url } }));
    expect(failure).toMatchObject({ code: 'UPSTREAM', message: expect.stringContaining('ECONNREFUSED') });
    expect(String(failure)).not.toContain('hidden');
  });

  it('that does not end runs into the deadline, or ends with the signal', async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const url = `ws://127.0.0.1:${String((mute.address() as AddressInfo).port)}/ws`;
    await expect(connect({ websocket: { url } }, { timeoutMs: 200 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    const controller = new AbortController();
    const attempt = failureOf(connect({ websocket: { url } }, { signal: controller.signal }));
    setTimeout(() => {
      controller.abort();
    }, 100);
    expect(await attempt).toMatchObject({ code: 'CANCELLED' });
    mute.close();
    for (const socket of sockets) socket.destroy();
  });

  it.each(['http://localhost/ws', 'ws://user:pw@localhost/ws', 'ws://localhost/ws#a', 'localhost', ''])(
    'is not tried with the URL "%s"',
    async (url) => {
      await expect(connect({ websocket: { url } })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    },
  );
});

describe('a server that ends the connection', () => {
  it.each([
    [1001, 'UPSTREAM', true],
    [1008, 'LIMIT', undefined],
    [1013, 'LIMIT', true],
    [4401, 'DENIED', undefined],
    [4408, 'TIMEOUT', true],
    [1000, 'UPSTREAM', true],
  ])('with %d is %s to running and later calls', async (closeCode, code, retryable) => {
    await using server = await startBareWebSocket();
    await using connection = await connect({ websocket: { url: server.url } });
    const running = failureOf(connection.callTool('wait', { ms: 5000 }));
    server.sockets[0]?.close(closeCode, 'a reason');
    expect(await running).toMatchObject({ name: 'AppError', code, details: { closeCode } });
    await connection.closed;
    const later = await failureOf(connection.listTools());
    expect(later).toMatchObject({ name: 'AppError', code, details: { closeCode } });
    if (retryable !== undefined) expect(later).toMatchObject({ retryable });
  });

  it('by vanishing is noticed', async () => {
    await using server = await startBareWebSocket({ autoPong: false });
    await using connection = await connect({ websocket: { url: server.url, pingMs: 50 } });
    await connection.closed;
    await expect(connection.listTools()).rejects.toMatchObject({ code: 'UPSTREAM' });
  });

  it('is no failure when this side did', async () => {
    await using server = await startBareWebSocket();
    const connection = await connect({ websocket: { url: server.url } });
    await connection.close();
    await connection.closed;
    const later = await failureOf(connection.callTool('add', { a: 1, b: 2 }));
    expect(later).toMatchObject({ name: 'AppError', code: 'UPSTREAM' });
    expect(later).not.toHaveProperty('details');
    expect(server.sockets[0]?.readyState).toBeGreaterThanOrEqual(2);
  });
});

it('reports what is no JSON-RPC, and goes on', async () => {
  await using server = await startBareWebSocket();
  const errors: Error[] = [];
  await using connection = await connect({ websocket: { url: server.url } }, { onError: (error) => errors.push(error) });
  for (const text of ['hello', '[]', '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}']) {
    server.sockets[0]?.send(text);
  }
  server.sockets[0]?.send(Buffer.from([1, 2, 3]));
  expect(await connection.callTool('add', { a: 1, b: 2 })).toMatchObject({ data: { sum: 3 } });
  expect(errors).toHaveLength(4);
});

it('ends the connection at a message that is too large', async () => {
  await using server = await startBareWebSocket();
  await using connection = await connect({ websocket: { url: server.url, maxMessageBytes: 10_000 } });
  server.sockets[0]?.send('x'.repeat(20_000));
  await connection.closed;
  await expect(connection.listTools()).rejects.toMatchObject({ name: 'AppError' });
});
