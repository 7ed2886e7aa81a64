import { expect, it } from '@jest/globals';
import { z } from 'zod';
import type { AnyTool } from '../src/define.ts';
import { startCore } from './fixture/start-core.ts';
import { startHttp } from './fixture/start-http.ts';

const tool: AnyTool<object> = {
  name: 'write_it',
  title: 'Write it',
  description: 'Writes.',
  input: z.object({}),
  output: z.object({}),
  hints: { readOnly: false },
  scopes: ['db:read', 'db:write'],
  run: async () => ({}),
};

async function call(principal: { id: string; clientId?: string; scopes: Set<string> }) {
  const { runtime } = startCore({ tools: [tool] });
  await using server = await startHttp({}, { createServer: runtime.createServer, bus: runtime.bus, principal });
  const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
  const response = await fetch(server.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'write_it',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'write_it', arguments: {}, _meta: meta } }),
  });
  return { status: response.status, challenge: response.headers.get('www-authenticate'), body: await response.text() };
}

it('challenges a token without the scopes, and names exactly those that are missing', async () => {
  const { status, challenge } = await call({ id: 'ada', clientId: 'app', scopes: new Set(['db:read']) });
  expect(status).toBe(403);
  expect(challenge).toContain('error="insufficient_scope"');
  expect(challenge).toContain('scope="db:write"');
});

it('denies a caller without a token in the result, since no token could help', async () => {
  const { status, body } = await call({ id: 'anonymous', scopes: new Set() });
  expect(status).toBe(200);
  expect(body).toContain('"code":"DENIED"');
});
