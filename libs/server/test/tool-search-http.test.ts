import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { accept } from './fixture/asking-app.ts';
import { makeSearchApp } from './fixture/search-app.ts';
import { bearer, postMessage } from './fixture/post-message.ts';
import { startGuarded } from './fixture/start-guarded.ts';
import { startCore } from './fixture/start-core.ts';
import { startHttp } from './fixture/start-http.ts';

const stateKeys = ['k:' + 'k'.repeat(40)];

const callTool = (name: string, args: Record<string, unknown> = {}) => ({
  params: { name: 'call_tool', arguments: { name, arguments: args } },
});

describe('call_tool over HTTP', () => {
  let server: Awaited<ReturnType<typeof startGuarded>>;
  beforeAll(async () => {
    server = await startGuarded({ keys: { none: [], reader: ['notes:read'] }, config: { toolSearch: true } });
  });
  afterAll(() => server.stop());

  it.each([
    ['none', 'read_note', 'notes:read'],
    ['reader', 'write_note', 'notes:write'],
    ['none', 'health_check', 'health:read'],
  ])('challenges %s without the scopes of %s, the inner tool', async (key, name, missing) => {
    const { status, challenge } = await postMessage(server.url, 'tools/call', { ...callTool(name), headers: bearer(server.keys[key]) });
    expect({ status, challenge }).toEqual({ status: 403, challenge: expect.stringContaining('error="insufficient_scope"') });
    expect(challenge).toContain(`scope="${missing}"`);
  });

  it('challenges in a batch of a 2025-era client, too', async () => {
    const call = (id: number, name: string) => ({ jsonrpc: '2.0', id, method: 'tools/call', ...callTool(name) });
    const body = [call(1, 'whoami'), call(2, 'write_note')];
    const { status, challenge } = await postMessage(server.url, '', { era: 'legacy', body, headers: bearer(server.keys['reader']) });
    expect({ status, challenge }).toEqual({ status: 403, challenge: expect.stringContaining('scope="notes:write"') });
  });

  it('runs what the scopes allow', async () => {
    const { status, text } = await postMessage(server.url, 'tools/call', { ...callTool('whoami'), headers: bearer(server.keys['reader']) });
    expect(status).toBe(200);
    expect(text).toContain('"structuredContent"');
  });

  it('denies a caller without a token in the result, since no token could help', async () => {
    const { tools, effects } = makeSearchApp();
    const { runtime } = startCore({ tools }, { toolSearch: true });
    const principal = { id: 'anonymous', scopes: new Set<string>() };
    await using open = await startHttp({}, { createServer: runtime.createServer, bus: runtime.bus, principal });
    const { status, text } = await postMessage(open.url, 'tools/call', callTool('drop_all'));
    expect([status, effects]).toEqual([200, []]);
    expect(text).toContain('"code":"DENIED"');
  });
});

describe('the search over HTTP', () => {
  it.each([['modern'], ['legacy']] as const)('lists, finds and calls for a %s client', async (era) => {
    const { tools } = makeSearchApp();
    const { runtime } = startCore({ tools }, { toolSearch: true });
    await using server = await startHttp({}, { createServer: runtime.createServer, bus: runtime.bus });
    const mode = era === 'modern' ? ({ pin: '2026-07-28' } as const) : 'legacy';
    const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } });
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
    expect((await client.listTools()).tools).toHaveLength(3);
    const { structuredContent } = await client.callTool({ name: 'search_tools', arguments: { query: 'tables' } });
    expect(structuredContent).toMatchObject({ tools: [{ name: 'list_tables' }, { name: 'drop_all' }] });
    const called = await client.callTool({ name: 'call_tool', arguments: { name: 'list_tables' } });
    expect(called.structuredContent).toEqual({ text: 'tables of public' });
    await client.close();
  });

  it('asks on one replica and takes the answer on another', async () => {
    const { tools, effects } = makeSearchApp();
    const start = () => {
      const { runtime } = startCore({ tools }, { toolSearch: true, stateKeys });
      return startHttp({}, { createServer: runtime.createServer, bus: runtime.bus });
    };
    await using first = await start();
    await using second = await start();
    let requests = 0;
    const alternate: typeof globalThis.fetch = (input, init) => {
      requests += 1;
      return fetch(input instanceof Request ? input : requests % 2 === 0 ? first.url : second.url, init);
    };
    const client = new Client(
      { name: 'test', version: '1.0.0' },
      { versionNegotiation: { mode: { pin: '2026-07-28' } }, capabilities: { elicitation: { form: {} } } },
    );
    client.setRequestHandler('elicitation/create', () => accept({ name: 'Ada' }) as { action: 'accept' });
    await client.connect(new StreamableHTTPClientTransport(new URL(first.url), { fetch: alternate }));
    const { structuredContent } = await client.callTool({ name: 'call_tool', arguments: { name: 'ask_both' } });
    expect(structuredContent).toEqual({ text: 'Ada,Ada,Ada' });
    expect(effects).toEqual([]);
    await client.close();
  });
});
