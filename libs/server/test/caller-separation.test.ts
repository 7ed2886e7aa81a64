import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '@trellis-mcp/logging';
import { startStubIssuer, type Probe, type StubIssuer, until } from '@trellis-mcp/test-services';
import { LegacySessions } from '../src/http/legacy-sessions.ts';
import type { JsonObject } from '../src/schema/json.ts';
import { guardedTools } from './fixture/guarded-app.ts';
import { bearer, postMessage } from './fixture/post-message.ts';
import { openSocket } from './fixture/socket-client.ts';
import { spawnGuarded } from './fixture/spawn-guarded.ts';
import { connectTo, eras, startCore } from './fixture/start-core.ts';
import { startGuarded } from './fixture/start-guarded.ts';
import { legacyOpening, modernRequest } from './jsonrpc.ts';

let issuer: StubIssuer;
let server: Awaited<ReturnType<typeof startGuarded>>;

beforeAll(async () => {
  issuer = await startStubIssuer();
  server = await startGuarded({ issuer, config: { websocket: true, legacySessions: true } });
});

afterAll(async () => {
  await server.stop();
  await issuer.stop();
});

const tokenOf = (sub: string, scope = '', claims: JsonObject = {}): string =>
  issuer.issue(server.url, { claims: { sub, scope, ...claims } });
/** Two to three seconds from now are left of such a token: five are forgiven. */
const expiresSoon = (): number => Math.floor(Date.now() / 1000) - 2;
const call = (name: string, args: JsonObject = {}) => ({ name, arguments: args });
const open = (token: string, era: 'modern' | 'legacy' = 'modern') => openSocket(server.websocketUrl ?? '', { token, era });
const resultOf = (answer: JsonObject): JsonObject => answer['result'] as JsonObject;
const dataOf = (text: string): JsonObject => {
  const answer = JSON.parse(/\{.*\}/.exec(text)?.[0] ?? '{}') as JsonObject;
  return resultOf(answer)['structuredContent'] as JsonObject;
};

const denied: [string, JsonObject][] = [
  ['tools/call', call('read_note')],
  ['tools/call', call('write_note')],
  ['tools/call', call('health_check')],
  ['resources/read', { uri: 'note://one' }],
  ['resources/read', { uri: 'notes://7' }],
  ['prompts/get', { name: 'brief' }],
  ['completion/complete', { ref: { type: 'ref/resource', uri: 'notes://{id}' }, argument: { name: 'id', value: '' } }],
  ['completion/complete', { ref: { type: 'ref/prompt', name: 'brief' }, argument: { name: 'topic', value: '' } }],
];

describe.each(eras)('over WebSocket, %s', (era) => {
  it.each(denied)('a caller without its scope gets nothing of %s', async (method, params) => {
    const before = (await server.lines()).length;
    const socket = await open(tokenOf('eve', 'notes:rea notes:read:all'), era);
    const answer = JSON.stringify(await socket.request(method, params));
    socket.close();
    const written = (await server.lines()).slice(before);
    expect(written).toContainEqual(expect.objectContaining({ outcome: 'DENIED', principal: 'oauth:eve', transport: 'websocket', era }));
    expect(answer).toContain('"code":"DENIED"');
    expect(answer).not.toContain('secret');
  });

  it('a subscription needs the scope of its resource', async () => {
    const socket = await open(tokenOf('eve'), era);
    const listen = { notifications: { resourceSubscriptions: ['note://one'] } };
    const before = (await server.lines()).length;
    const answer =
      era === 'modern' ? socket.request('subscriptions/listen', listen) : socket.request('resources/subscribe', { uri: 'note://one' });
    expect(JSON.stringify(await answer)).toMatch(/lacks the scope notes:read/);
    const written = (await server.lines()).slice(before);
    expect(written).toContainEqual(expect.objectContaining({ reason: 'scope', principal: 'oauth:eve' }));
    socket.close();
  });

  it('keeps two callers apart on two connections at the same time', async () => {
    const [ada, bob] = await Promise.all([open(tokenOf('ada', 'notes:read'), era), open(tokenOf('bob'), era)]);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? ada : bob).request('tools/call', call('whoami'))),
    );
    expect(answers.map((answer) => resultOf(answer)['structuredContent'])).toEqual(
      Array.from({ length: 20 }, (_, index) => ({ id: index % 2 === 0 ? 'oauth:ada' : 'oauth:bob', clientId: 'app' })),
    );
    expect(resultOf(await ada.request('tools/call', call('read_note')))['isError']).toBeUndefined();
    expect(resultOf(await bob.request('tools/call', call('read_note')))['isError']).toBe(true);
    ada.close();
    bob.close();
  });

  it('ends with 4401 when the token does', async () => {
    const socket = await open(tokenOf('ada', '', { exp: expiresSoon() }), era);
    await expect(socket.closed).resolves.toBe(4401);
  });
});

/** One line for each refusal; `audit` lines are a second one of the same call. */
const deniedLines = ({ stderrLines }: Probe): string[] =>
  stderrLines.filter((line) => /"outcome":"DENIED"|"reason":"scope"/.test(line) && !line.includes('"audit":true'));

describe.each(eras)('over stdio, %s', (era) => {
  let probe: Probe;

  beforeAll(async () => {
    probe = await spawnGuarded(['--scopes', 'notes:rea', '--log-format', 'json']);
    if (era === 'legacy') probe.stdin.write(legacyOpening);
  });

  afterAll(async () => {
    probe.stdin.end();
    await probe.exit;
  });

  const listening: [string, JsonObject] =
    era === 'modern'
      ? ['subscriptions/listen', { notifications: { resourceSubscriptions: ['note://one'] } }]
      : ['resources/subscribe', { uri: 'note://one' }];
  // Nothing asks for health:read where nobody is authenticated.
  const rows = [...denied.filter(([, { name }]) => name !== 'health_check'), listening].map(([method, params], index) => ({
    id: index + 1,
    method,
    params,
  }));

  it.each(rows)('a caller without its scope gets nothing of $method ($id)', async ({ id, method, params }) => {
    const line = era === 'modern' ? modernRequest(id, method, params) : `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
    probe.stdin.write(line);
    const answer = await probe.waitForStdout(new RegExp(`"id":${id}[,}]`));
    expect(answer).toMatch(/lacks the scope notes:(read|write)/);
    expect(answer).not.toContain('secret');
    await until(() => deniedLines(probe).length >= id);
    expect(deniedLines(probe)).toHaveLength(id);
  });
});

describe.each(eras)('in memory, %s', (era) => {
  it('a caller is told which scope is missing, and the tool is not listed', async () => {
    const { runtime } = startCore({ tools: guardedTools });
    await using peer = await connectTo(runtime, { era, principal: { id: 'local', scopes: new Set(['notes:rea']) } });
    const answer = await peer.client.callTool({ name: 'read_note' });
    expect(answer).toMatchObject({
      isError: true,
      _meta: { 'io.trellis/error': { code: 'DENIED', details: { missingScopes: ['notes:read'] } } },
    });
    expect((await peer.client.listTools()).tools.map(({ name }) => name)).not.toContain('read_note');
  });

  it('call_tool reaches no tool that its caller may not call, and search_tools shows none', async () => {
    const { runtime } = startCore({ tools: guardedTools }, { toolSearch: true });
    await using peer = await connectTo(runtime, { era, principal: { id: 'local', scopes: new Set(['notes:rea']) } });
    const answer = await peer.client.callTool({ name: 'call_tool', arguments: { name: 'read_note' } });
    expect(answer).toMatchObject({ isError: true, _meta: { 'io.trellis/error': { code: 'DENIED' } } });
    const found = await peer.client.callTool({ name: 'search_tools', arguments: { query: 'note' } });
    expect(JSON.stringify(found)).not.toContain('read_note');
  });
});

describe('a session of a 2025-era client', () => {
  const start = async (token: string): Promise<string> => {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1.0.0' } };
    const { headers } = await postMessage(server.url, 'initialize', { era: 'legacy', params, headers: bearer(token) });
    return headers.get('mcp-session-id') ?? '';
  };
  const inSession = (id: string, token: string, method: string, params: JsonObject = {}) =>
    postMessage(server.url, method, { era: 'legacy', params, headers: { ...bearer(token), 'mcp-session-id': id } });

  it('is unknown to everybody else', async () => {
    const id = await start(tokenOf('ada'));
    const foreign = await inSession(id, tokenOf('bob'), 'tools/list');
    const never = await inSession('11111111-1111-4111-8111-111111111111', tokenOf('bob'), 'tools/list');
    expect([foreign.status, foreign.text]).toEqual([404, never.text]);
  });

  it('gives each request what its own token allows, more or less', async () => {
    const id = await start(tokenOf('ada', 'notes:read'));
    const names = async (scope: string): Promise<boolean> =>
      (await inSession(id, tokenOf('ada', scope), 'tools/list')).text.includes('read_note');
    expect([await names('notes:read'), await names(''), await names('notes:read')]).toEqual([true, false, true]);
    expect((await inSession(id, tokenOf('ada'), 'tools/call', call('read_note'))).status).toBe(403);
    const more = await inSession(id, tokenOf('ada', 'notes:read notes:write'), 'tools/call', call('write_note'));
    expect(dataOf(more.text)).toEqual({ done: true });
  });

  it('does not lend the scopes of one request to another that runs', async () => {
    const id = await start(tokenOf('ada', 'notes:read'));
    const slow = inSession(id, tokenOf('ada'), 'tools/call', call('wait_long', { ms: 300 }));
    await sleep(50);
    const body = [{ jsonrpc: '2.0', id: 7, method: 'tools/call', params: call('read_note') }];
    const other = await postMessage(server.url, '', {
      era: 'legacy',
      body: body[0],
      headers: { ...bearer(tokenOf('ada', 'notes:read')), 'mcp-session-id': id },
    });
    expect(dataOf(other.text)).toEqual({ text: 'a secret note' });
    await slow;
    expect((await inSession(id, tokenOf('ada'), 'resources/read', { uri: 'note://one' })).status).toBe(403);
  });

  it('is of no use to a token that has expired', async () => {
    const id = await start(tokenOf('ada'));
    expect((await inSession(id, tokenOf('ada', '', { exp: 1_700_000_000 }), 'tools/list')).status).toBe(401);
  });
});

describe('the requests of one session', () => {
  it('keep their own scopes when they come at the very same time', async () => {
    const sessions = new LegacySessions({ createServer: server.runtime.createServer, host: { log: silentLogger(), now: Date.now } });
    const ask = async (scopes: readonly string[], message: JsonObject, id?: string) => {
      const headers = {
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        ...(id && { 'mcp-session-id': id }),
      };
      const request = new Request(server.url, { method: 'POST', headers });
      const { response, leave } = await sessions.handle(request, { jsonrpc: '2.0', ...message }, { id: 'ada', scopes: new Set(scopes) });
      const text = await response.text();
      leave();
      return { text, id: response.headers.get('mcp-session-id') ?? '' };
    };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1.0.0' } };
    const { id } = await ask([], { id: 0, method: 'initialize', params });
    const method = 'tools/list';
    const [less, more] = await Promise.all([ask([], { id: 1, method }, id), ask(['notes:read'], { id: 2, method }, id)]);
    expect([less.text.includes('read_note'), more.text.includes('read_note')]).toEqual([false, true]);
    await sessions.close();
  });
});

describe('a stream', () => {
  it.each([
    { title: 'subscriptions/listen', open: (token: string) => listen(token) },
    { title: 'GET in a session', open: (token: string) => openStream(token) },
  ])('of $title ends when the token does, and leaves nothing behind', async ({ open: begin }) => {
    const response = await begin(tokenOf('ada', 'notes:read', { exp: expiresSoon() }));
    expect(response.status).toBe(200);
    const started = Date.now();
    await response.text();
    expect(Date.now() - started).toBeLessThan(20_000);
    await until(async () => (await server.health.report()).open_subscriptions === 0);
  });

  const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
  const listen = (token: string): Promise<Response> =>
    fetch(server.url, {
      method: 'POST',
      headers: {
        ...bearer(token),
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'subscriptions/listen',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'subscriptions/listen',
        params: { notifications: { resourceSubscriptions: ['note://one'] }, _meta: meta },
      }),
    });
  const openStream = async (token: string): Promise<Response> => {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1.0.0' } };
    const { headers } = await postMessage(server.url, 'initialize', { era: 'legacy', params, headers: bearer(token) });
    const id = headers.get('mcp-session-id') ?? '';
    return fetch(server.url, { headers: { ...bearer(token), accept: 'text/event-stream', 'mcp-session-id': id } });
  };
});
