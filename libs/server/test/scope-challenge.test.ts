import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../src/schema/json.ts';
import { guardedTools } from './fixture/guarded-app.ts';
import { bearer, postMessage } from './fixture/post-message.ts';
import { startCore } from './fixture/start-core.ts';
import { startGuarded } from './fixture/start-guarded.ts';
import { startHttp } from './fixture/start-http.ts';

let server: Awaited<ReturnType<typeof startGuarded>>;

beforeAll(async () => {
  server = await startGuarded({ keys: { none: [], reader: ['notes:read'], likeness: ['notes:read:all', 'notes', 'notes:rea'] } });
});

afterAll(async () => {
  await server.stop();
});

const listen = { notifications: { resourceSubscriptions: ['note://one', 'notes://7'] } };

const rows: { key: string; method: string; params: JsonObject; missing: string }[] = [
  { key: 'none', method: 'tools/call', params: { name: 'write_note', arguments: {} }, missing: 'notes:read notes:write' },
  { key: 'reader', method: 'tools/call', params: { name: 'write_note', arguments: {} }, missing: 'notes:write' },
  { key: 'likeness', method: 'tools/call', params: { name: 'read_note', arguments: {} }, missing: 'notes:read' },
  { key: 'none', method: 'tools/call', params: { name: 'health_check', arguments: {} }, missing: 'health:read' },
  { key: 'none', method: 'resources/read', params: { uri: 'note://one' }, missing: 'notes:read' },
  { key: 'none', method: 'resources/read', params: { uri: 'notes://7' }, missing: 'notes:read' },
  { key: 'none', method: 'prompts/get', params: { name: 'brief' }, missing: 'notes:read' },
  {
    key: 'none',
    method: 'completion/complete',
    params: { ref: { type: 'ref/resource', uri: 'notes://{id}' }, argument: { name: 'id', value: '' } },
    missing: 'notes:read',
  },
  {
    key: 'none',
    method: 'completion/complete',
    params: { ref: { type: 'ref/prompt', name: 'brief' }, argument: { name: 'topic', value: '' } },
    missing: 'notes:read',
  },
  { key: 'none', method: 'subscriptions/listen', params: listen, missing: 'notes:read' },
];

describe('a 403', () => {
  it.each(rows)('names what $key lacks for $method', async ({ key, method, params, missing }) => {
    const before = (await server.lines()).length;
    const { status, challenge, text } = await postMessage(server.url, method, { params, headers: bearer(server.keys[key]) });
    expect({ status, challenge }).toEqual({ status: 403, challenge: expect.stringContaining(`error="insufficient_scope"`) });
    expect(challenge).toContain(`scope="${missing}"`);
    expect(JSON.parse(text)).toMatchObject({ error: { code: -32_000, data: { code: 'DENIED' } } });
    expect((await server.lines()).slice(before)).toContainEqual(
      expect.objectContaining({
        reason: 'scope',
        status: 403,
        principal: `key:${key}`,
        clientId: key,
        msg: `More scopes are needed: ${missing}.`,
      }),
    );
  });

  it('is for 2025-era clients, too, and for any message of a batch', async () => {
    const call = (id: number, name: string) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {} } });
    const body = [call(1, 'whoami'), call(2, 'read_note')];
    const before = (await server.lines()).length;
    const { status, challenge, text } = await postMessage(server.url, '', { era: 'legacy', body, headers: bearer(server.keys['none']) });
    expect({ status, challenge }).toEqual({ status: 403, challenge: expect.stringContaining('scope="notes:read"') });
    expect(JSON.parse(text)).toMatchObject({ error: { code: -32_000, data: { code: 'DENIED' } } });
    expect((await server.lines()).slice(before)).toContainEqual(expect.objectContaining({ reason: 'scope', status: 403 }));
  });

  it('is counted', async () => {
    expect(await server.health.metrics.text()).toMatch(/trellis_rejected_requests_total\{reason="scope"\} \d+/);
  });

  it('is not for callers whom nothing authenticates: no token could help them', async () => {
    const { runtime } = startCore({ tools: guardedTools });
    const principal = { id: 'anonymous', scopes: new Set<string>() };
    await using open = await startHttp({}, { createServer: runtime.createServer, bus: runtime.bus, principal });
    const { status, text } = await postMessage(open.url, 'tools/call', { params: { name: 'read_note', arguments: {} } });
    expect(status).toBe(200);
    expect(text).toContain('"code":"DENIED"');
  });
});

describe('the lists', () => {
  const namesOf = (text: string): string[] => [...text.matchAll(/"name":"([a-z_]+)"/g)].map(([, name]) => name ?? '');

  it('hide what a caller may not use', async () => {
    const { text } = await postMessage(server.url, 'tools/list', { headers: bearer(server.keys['none']) });
    expect(namesOf(text)).toEqual(['whoami', 'keep_note', 'page_notes', 'wait_long']);
  });

  it('show it with --list-all', async () => {
    await using all = await startGuarded({ keys: { none: [] }, config: { listAll: true } });
    const { text } = await postMessage(all.url, 'tools/list', { headers: bearer(all.keys['none']) });
    expect(namesOf(text)).toContain('write_note');
  });
});
