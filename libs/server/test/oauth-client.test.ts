import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  Client,
  ClientCredentialsProvider,
  DpopSession,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { ClientCredentialsProvider as OldClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { startIdentityProvider, type IdentityProvider, type Probe } from '@trellis-mcp/test-services';
import { createOAuthUser, type OAuthUserOptions } from './fixture/oauth-user.ts';
import { bearer, postMessage } from './fixture/post-message.ts';
import { oauthFlags, spawnGuarded, spawnGuardedHttp } from './fixture/spawn-guarded.ts';

let idp: IdentityProvider;
let server: Probe & { readonly url: string };
/** In a realm of Jest the provider finds no agent of fetch to guard, and says so; the documents that it asks for come from memory. */
const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);

beforeAll(async () => {
  idp = await startIdentityProvider({ scopes: ['notes:read', 'notes:write', 'health:read'] });
  server = await spawnGuardedHttp([...oauthFlags(idp), '--auth-initial-scopes', 'health:read']);
});

afterAll(async () => {
  server.kill('SIGTERM');
  await server.exit;
  await idp.stop();
  expect(warn.mock.calls.flat().filter((line) => !String(line).includes('failed to setup SSRF protection'))).toEqual([]);
});

const makeClient = (): Client => new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });

const publishClient = (): string =>
  idp.publishClient({
    client_name: 'Documented',
    redirect_uris: ['http://127.0.0.1:9/callback'],
    application_type: 'native',
    token_endpoint_auth_method: 'none',
  });

/** Does it; when that takes a new token, follows the redirect and does it again. */
async function withConsent<T>(act: () => Promise<T>, finish: () => Promise<void>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    expect(error).toBeInstanceOf(UnauthorizedError);
    await finish();
    return act();
  }
}

async function runFlow(options: OAuthUserOptions) {
  const user = createOAuthUser(idp, options);
  const hops: string[] = [];
  const watch: typeof globalThis.fetch = async (input, init) => {
    const response = await fetch(input, init);
    const { origin, pathname } = new URL(input instanceof Request ? input.url : input);
    hops.push(`${response.status} ${init?.method ?? 'GET'} ${origin === idp.issuer ? 'issuer' : 'server'} ${pathname}`);
    return response;
  };
  const makeTransport = (): StreamableHTTPClientTransport =>
    new StreamableHTTPClientTransport(new URL(server.url), { authProvider: user.provider, fetch: watch });
  let client = makeClient();
  let transport = makeTransport();
  const connect = (): Promise<void> => client.connect(transport);
  await withConsent(connect, async () => {
    await transport.finishAuth(user.takeAnswer());
    client = makeClient();
    transport = makeTransport();
  });
  const who = await client.callTool({ name: 'whoami' });
  const health = await client.callTool({ name: 'health_check' });
  const write = await withConsent(
    () => client.callTool({ name: 'write_note' }),
    () => transport.finishAuth(user.takeAnswer()),
  );
  await client.close();
  return { user, hops, who: who.structuredContent, health: health.structuredContent, write: write.structuredContent };
}

describe('the client of the SDK', () => {
  it('registers itself, gets a token for this server, and more scopes when a tool needs them', async () => {
    const { user, hops, who, health, write } = await runFlow({ user: 'bob' });
    expect(who).toEqual({ id: 'oauth:bob', clientId: user.kept.client?.client_id });
    expect(health).toMatchObject({ status: 'ok' });
    expect(write).toEqual({ done: true });
    const asked = user.asked.map(({ searchParams }) => [searchParams.get('resource'), searchParams.get('scope')]);
    expect(asked).toEqual([
      [server.url, 'health:read'],
      [server.url, 'health:read notes:read notes:write'],
    ]);
    expect(hops.filter((hop, index) => hop !== hops[index - 1])).toEqual([
      '401 POST server /mcp',
      '200 GET server /.well-known/oauth-protected-resource/mcp',
      '200 GET issuer /.well-known/oauth-authorization-server',
      '201 POST issuer /reg',
      '200 POST issuer /token',
      '200 POST server /mcp',
      '403 POST server /mcp',
      '200 POST issuer /token',
      '200 POST server /mcp',
    ]);
    expect(user.asked.every(({ searchParams }) => searchParams.get('code_challenge_method') === 'S256')).toBe(true);
  });

  it('is known by the document at its client id', async () => {
    const clientMetadataUrl = publishClient();
    const { hops, who, write } = await runFlow({ clientMetadataUrl });
    expect(who).toEqual({ id: 'oauth:alice', clientId: clientMetadataUrl });
    expect(write).toEqual({ done: true });
    expect(hops.some((hop) => hop.endsWith('/reg'))).toBe(false);
  });

  it('binds its tokens to a key', async () => {
    const session = await DpopSession.create();
    const { user, write } = await runFlow({ dpop: () => session });
    expect(user.kept.tokens?.token_type).toBe('DPoP');
    expect(write).toEqual({ done: true });
  });

  it('goes without a user, by client credentials', async () => {
    const { clientId, clientSecret } = idp.machine;
    const authProvider = new ClientCredentialsProvider({ clientId, clientSecret, scope: 'notes:read', expectedIssuer: idp.issuer });
    const client = makeClient();
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url), { authProvider }));
    expect((await client.callTool({ name: 'whoami' })).structuredContent).toEqual({ id: `client:${clientId}`, clientId });
    expect((await client.callTool({ name: 'write_note' })).structuredContent).toEqual({ done: true });
    await client.close();
  });
});

/** The flow as hosts with the client of SDK v1 do it: it stops at the redirect, and begins again after it. */
async function runOldFlow(options: OAuthUserOptions) {
  const user = createOAuthUser(idp, options);
  const open = () => {
    const transport = new OldTransport(new URL(server.url), { authProvider: user.provider });
    const client = new OldClient({ name: 'old', version: '1.0.0' });
    return { client, transport, done: client.connect(transport) };
  };
  const first = open();
  await expect(first.done).rejects.toThrow(/Unauthorized/);
  await first.transport.finishAuth(user.takeAnswer().get('code') ?? '');
  const { client, transport, done } = open();
  await done;
  const who = await client.callTool({ name: 'whoami' });
  await expect(client.callTool({ name: 'write_note' })).rejects.toThrow(/Unauthorized/);
  await transport.finishAuth(user.takeAnswer().get('code') ?? '');
  const write = await client.callTool({ name: 'write_note' });
  await client.close();
  return { user, who: who.structuredContent, write: write.structuredContent };
}

describe('the client of 2025-era hosts, which knows no DPoP', () => {
  it('registers itself, signs in, calls, and steps up', async () => {
    const { user, who, write } = await runOldFlow({ user: 'bob' });
    expect(who).toEqual({ id: 'oauth:bob', clientId: user.kept.client?.client_id });
    expect(write).toEqual({ done: true });
    expect(user.asked.map(({ searchParams }) => searchParams.get('resource'))).toEqual([server.url, server.url]);
  });

  it('is known by the document at its client id', async () => {
    const clientMetadataUrl = publishClient();
    const { who, write } = await runOldFlow({ clientMetadataUrl });
    expect(who).toEqual({ id: 'oauth:alice', clientId: clientMetadataUrl });
    expect(write).toEqual({ done: true });
  });

  it('goes without a user, by client credentials, when it asks for its scopes at once', async () => {
    const { clientId, clientSecret } = idp.machine;
    const authProvider = new OldClientCredentialsProvider({
      clientId,
      clientSecret,
      scope: 'notes:read notes:write',
      expectedIssuer: idp.issuer,
    });
    const client = new OldClient({ name: 'old', version: '1.0.0' });
    await client.connect(new OldTransport(new URL(server.url), { authProvider }));
    expect((await client.callTool({ name: 'whoami' })).structuredContent).toEqual({ id: `client:${clientId}`, clientId });
    expect((await client.callTool({ name: 'write_note' })).structuredContent).toEqual({ done: true });
    await client.close();
  });
});

describe('introspection', () => {
  it('takes tokens that are no JWT', async () => {
    await using opaque = await startIdentityProvider({ scopes: ['notes:read'], accessTokenFormat: 'opaque' });
    const { clientId, clientSecret } = opaque.resourceServer;
    const env = { ...process.env, TRELLIS_AUTH_CLIENT_SECRET: clientSecret };
    const flags = [...oauthFlags(opaque), '--auth-introspection', '--auth-client-id', clientId];
    const guarded = await spawnGuardedHttp(flags, { env });
    const { access_token: token } = await opaque.getMachineToken({ resource: guarded.url, scope: 'notes:read' });
    const call = () => postMessage(guarded.url, 'tools/call', { params: { name: 'read_note', arguments: {} }, headers: bearer(token) });
    expect((await call()).text).toContain('a secret note');
    guarded.kill('SIGTERM');
    await guarded.exit;
    expect(guarded.stderr).toMatch(/"principal":"client:test-machine","clientId":"test-machine"/);
  });
});

it.each([
  [
    'settings that contradict each other, all of them',
    ['oauth', '--api-keys-file', 'keys.json', '--allow-unauthenticated'],
    [/--auth-issuer.* is missing/, /--allow-unauthenticated.* contradicts --auth/],
  ],
  ['a file of keys that is wrong', ['api-key', '--api-keys-file', '/nowhere/keys.json'], [/file of API keys cannot be read/]],
])('refuses to start with %s', async (_title, flags, said) => {
  const probe = await spawnGuarded(['--transport', 'http', '--auth', ...flags]);
  expect((await probe.exit).code).toBe(78);
  for (const text of said) expect(probe.stderr).toMatch(text);
});
