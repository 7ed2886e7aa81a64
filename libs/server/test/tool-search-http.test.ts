import { describe, expect, it } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { accept } from './fixture/asking-app.ts';
import { makeSearchApp } from './fixture/search-app.ts';
import { startCore } from './fixture/start-core.ts';
import { startHttp } from './fixture/start-http.ts';

const stateKeys = ['k:' + 'k'.repeat(40)];

async function post(args: Record<string, unknown>, principal: { id: string; clientId?: string; scopes: Set<string> }) {
  const { tools, effects } = makeSearchApp();
  const { runtime } = startCore({ tools }, { toolSearch: true });
  await using server = await startHttp({}, { createServer: runtime.createServer, bus: runtime.bus, principal });
  const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
  const response = await fetch(server.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'call_tool',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'call_tool', arguments: args, _meta: meta } }),
  });
  return { status: response.status, challenge: response.headers.get('www-authenticate') ?? '', body: await response.text(), effects };
}

describe('call_tool over HTTP', () => {
  it('challenges a token without the scopes of the inner tool', async () => {
    const { status, challenge, effects } = await post({ name: 'drop_all' }, { id: 'ada', clientId: 'app', scopes: new Set(['db:read']) });
    expect(status).toBe(403);
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toContain('scope="db:drop"');
    expect(effects).toEqual([]);
  });

  it('denies a caller without a token in the result', async () => {
    const { status, body, effects } = await post({ name: 'drop_all' }, { id: 'anonymous', scopes: new Set() });
    expect([status, effects]).toEqual([200, []]);
    expect(body).toContain('"code":"DENIED"');
  });

  it('runs with the scopes', async () => {
    const { status, effects } = await post({ name: 'drop_all' }, { id: 'ada', clientId: 'app', scopes: new Set(['db:drop']) });
    expect([status, effects]).toEqual([200, ['dropped']]);
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
