import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startStubIssuer, type StubIssuer } from '@trellis-mcp/test-services';
import { bearer } from './fixture/post-message.ts';
import { startGuarded } from './fixture/start-guarded.ts';

let issuer: StubIssuer;

beforeAll(async () => {
  issuer = await startStubIssuer();
});
afterAll(() => issuer.stop());

const get = async (origin: string, path: string, init: RequestInit = {}) => {
  const response = await fetch(new URL(path, origin), init);
  return { status: response.status, headers: response.headers, text: await response.text() };
};

it('describes the server where RFC 9728 looks for it, to pages of any origin', async () => {
  await using server = await startGuarded({ issuer, config: { websocket: true } });
  const at = '/.well-known/oauth-protected-resource';
  const documents = await Promise.all(
    [`${at}/mcp`, at, `${at}/ws`].map((path) => get(server.url, path, { headers: { origin: 'https://evil.example' } })),
  );
  const resources = documents.map(({ status, headers, text }) => {
    const { resource, authorization_servers, scopes_supported } = JSON.parse(text) as Record<string, unknown>;
    expect({ status, cors: headers.get('access-control-allow-origin'), authorization_servers }).toEqual({
      status: 200,
      cors: '*',
      authorization_servers: [issuer.issuer],
    });
    expect(scopes_supported).toEqual(['notes:read', 'notes:write', 'health:read']);
    return resource;
  });
  expect(resources).toEqual([server.url, server.url, server.websocketUrl?.replace(/^ws/, 'http')]);
  expect((await get(server.url, `${at}/mcp`, { method: 'OPTIONS' })).status).toBe(204);
  expect((await get(server.url, `${at}/mcp`, { method: 'POST' })).status).toBe(405);
  expect((await get(server.url, `${at}/else`)).status).toBe(404);
});

it('names the public URL, whatever the Host header says', async () => {
  await using server = await startGuarded({ issuer, config: { publicUrl: 'https://mcp.example.com/tools/mcp' } });
  const local = `http://127.0.0.1:${server.port}`;
  for (const path of ['/.well-known/oauth-protected-resource/tools/mcp', '/.well-known/oauth-protected-resource/mcp']) {
    const { text } = await get(local, path, { headers: { 'x-forwarded-host': 'evil.example' } });
    expect(JSON.parse(text)).toMatchObject({ resource: 'https://mcp.example.com/tools/mcp' });
  }
  const { headers } = await get(local, '/mcp', { method: 'POST' });
  expect(headers.get('www-authenticate')).toContain(
    'resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/tools/mcp"',
  );
});

it('describes nothing when only API keys are taken', async () => {
  await using server = await startGuarded({ keys: { a: [] } });
  expect((await get(server.url, '/.well-known/oauth-protected-resource/mcp')).status).toBe(404);
});

it.each(['/healthz', '/metrics'])('shows %s to a token with health:read, where loopback says nothing', async (path) => {
  await using server = await startGuarded({ issuer, config: { publicUrl: 'https://mcp.example.com' } });
  const local = `http://127.0.0.1:${server.port}`;
  const ask = async (scope?: string) => {
    const token = issuer.issue('https://mcp.example.com/mcp', { claims: { scope } });
    const { status, headers } = await get(local, path, scope === undefined ? {} : { headers: bearer(token) });
    return { status, challenge: headers.get('www-authenticate') };
  };
  expect(await ask()).toEqual({ status: 401, challenge: expect.stringContaining('resource_metadata=') });
  expect(await ask('health:rea')).toEqual({ status: 403, challenge: expect.stringContaining('scope="health:read"') });
  expect(await ask('health:read')).toEqual({ status: 200, challenge: null });
});

it('shows them to loopback without a token, as before', async () => {
  await using server = await startGuarded({ issuer });
  expect((await get(server.url, '/healthz')).status).toBe(200);
});

it('takes bound tokens only with --require-dpop, and says so to clients', async () => {
  await using server = await startGuarded({ issuer, config: { requireDpop: true } });
  const { status, headers } = await get(server.url, '/mcp', { method: 'POST', headers: bearer(issuer.issue(server.url)) });
  expect({ status, challenge: headers.get('www-authenticate') }).toEqual({
    status: 401,
    challenge: expect.stringMatching(/^DPoP .*algs=/),
  });
  const { text } = await get(server.url, '/.well-known/oauth-protected-resource/mcp');
  expect(JSON.parse(text)).toMatchObject({ dpop_bound_access_tokens_required: true });
});
