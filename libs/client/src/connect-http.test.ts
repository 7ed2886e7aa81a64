import { describe, expect, it } from '@jest/globals';
import { freePort } from '@trellis-mcp/test-services';
import { startBareHttp } from '../test/bare-http.ts';
import { connect } from './connect.ts';

describe.each(['modern', 'legacy', 'auto'] as const)('a server over HTTP, era %s', (era) => {
  it('lists, calls, reads and prompts', async () => {
    await using server = await startBareHttp();
    await using connection = await connect({ http: { url: server.url } }, { era });
    expect(connection.era).toBe(era === 'legacy' ? 'legacy' : 'modern');
    expect(connection.pid).toBeUndefined();
    expect((await connection.listTools()).map(({ name }) => name)).toContain('add');
    expect(await connection.callTool('add', { a: 1, b: 2 })).toMatchObject({ data: { sum: 3 } });
    expect(await connection.readResource('test://note')).toMatchObject([{ text: 'noted' }]);
    expect((await connection.getPrompt('greet', { name: 'Ada' })).messages).toHaveLength(1);
    await expect(connection.callTool('refuse')).rejects.toMatchObject({ code: 'LIMIT', hint: 'Ask for less.' });
  });

  it('ends the request of a cancelled call', async () => {
    await using server = await startBareHttp();
    await using connection = await connect({ http: { url: server.url } }, { era });
    await expect(connection.callTool('wait', { ms: 5000 }, { signal: AbortSignal.timeout(100) })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    await expect(connection.callTool('wait', { ms: 5000 }, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(server.requests.length).toBeGreaterThan(2);
  });
});

it('sends the headers with every request', async () => {
  await using server = await startBareHttp();
  await using connection = await connect({ http: { url: server.url, headers: { authorization: 'Bearer abc' } } });
  await connection.listTools();
  expect(new Set(server.requests.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer abc']));
});

it('makes every request with the fetch it was given', async () => {
  await using server = await startBareHttp();
  const seen: string[] = [];
  const counted = (url: string | URL, init?: RequestInit): Promise<Response> => {
    seen.push(init?.method ?? 'GET');
    return fetch(url, init);
  };
  await using connection = await connect({ http: { url: server.url, fetch: counted } });
  await connection.listTools();
  expect(seen.length).toBe(server.requests.length);
});

it('answers the questions of a modern server', async () => {
  await using server = await startBareHttp();
  await using connection = await connect(
    { http: { url: server.url } },
    { onAsk: () => Promise.resolve({ action: 'accept', content: { name: 'Ada' } }) },
  );
  expect((await connection.callTool('ask_name')).text).toBe('Hello Ada');
});

it('says DENIED when the server asks a client that has no handler', async () => {
  await using server = await startBareHttp();
  await using connection = await connect({ http: { url: server.url } });
  await expect(connection.callTool('ask_name')).rejects.toMatchObject({ code: 'DENIED' });
});

it('delivers resource updates of a modern server until the subscription is closed', async () => {
  await using server = await startBareHttp();
  await using connection = await connect({ http: { url: server.url } });
  const updated = Promise.withResolvers<string>();
  const subscription = await connection.subscribe(['test://note'], updated.resolve);
  server.touchNote();
  expect(await updated.promise).toBe('test://note');
  await subscription.close();
});

it.each([
  [401, 'DENIED'],
  [403, 'DENIED'],
  [413, 'LIMIT'],
  [429, 'LIMIT'],
  [500, 'UPSTREAM'],
  [503, 'UPSTREAM'],
])('translates HTTP %d to %s, without the body of the answer', async (status, code) => {
  await using server = await startBareHttp();
  await using connection = await connect({ http: { url: server.url } });
  server.fail(status);
  const failure: unknown = await connection.listTools().catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'AppError', code, details: { status } });
  expect(String(failure)).not.toContain('secret');
});

it.each([
  ['scope="notes:read notes:write"', ['notes:read', 'notes:write'], 'The caller lacks the scope notes:read, notes:write.'],
  ['error_description="no"', [], 'The caller lacks a scope.'],
])('says which scopes a call lacks (%s)', async (parameters, missingScopes, message) => {
  await using server = await startBareHttp();
  await using connection = await connect({ http: { url: server.url } });
  server.fail(403, { 'www-authenticate': `Bearer error="insufficient_scope", ${parameters}` });
  const failure = connection.callTool('add', { a: 1, b: 2 });
  await expect(failure).rejects.toMatchObject({ code: 'DENIED', message, details: { status: 403, missingScopes } });
});

it('names the failure, not the address, when nobody listens', async () => {
  const url = `http://127.0.0.1:${String(await freePort())}/mcp?key=hidden`;
  for (const era of ['auto', 'legacy', 'modern'] as const) {
    const failure: unknown = await connect({ http: { url } }, { era }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'UPSTREAM', message: expect.stringContaining('ECONNREFUSED') });
    expect(String(failure)).not.toContain('hidden');
  }
});

it('never sends the headers to another origin', async () => {
  await using server = await startBareHttp();
  await using thief = await startBareHttp();
  const redirecting = (url: string | URL, init?: RequestInit): Promise<Response> =>
    String(url).startsWith(server.url)
      ? Promise.resolve(new Response(null, { status: 307, headers: { location: thief.url } }))
      : fetch(url, init);
  const failure = connect({ http: { url: server.url, headers: { authorization: 'Bearer abc' }, fetch: redirecting } });
  await expect(failure).rejects.toMatchObject({ code: 'UPSTREAM' });
  expect(thief.requests).toEqual([]);
});
