import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Client,
  ClientCredentialsProvider,
  DpopSession,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import { registerSecret, startIdentityProvider, type IdentityProvider, type Probe } from '@trellis-mcp/test-services';
import { createOAuthUser, type OAuthUserOptions } from './fixture/oauth-user.ts';
import { bearer, postMessage } from './fixture/post-message.ts';
import { oauthFlags, spawnGuarded, spawnGuardedHttp } from './fixture/spawn-guarded.ts';

let idp: IdentityProvider;
let server: Probe & { readonly url: string };

beforeAll(async () => {
  idp = await startIdentityProvider({ scopes: ['notes:read', 'notes:write', 'health:read'] });
  server = await spawnGuardedHttp([...oauthFlags(idp), '--auth-initial-scopes', 'health:read']);
});

afterAll(async () => {
  server.kill('SIGTERM');
  await server.exit;
  await idp.stop();
});

const makeClient = (): Client => new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });

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
  const makeTransport = (): StreamableHTTPClientTransport =>
    new StreamableHTTPClientTransport(new URL(server.url), { authProvider: user.provider });
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
  return { user, who: who.structuredContent, health: health.structuredContent, write: write.structuredContent };
}

describe('the client of the SDK', () => {
  it('registers itself, gets a token for this server, and more scopes when a tool needs them', async () => {
    const { user, who, health, write } = await runFlow({ user: 'bob' });
    expect(who).toEqual({ id: 'oauth:bob', clientId: user.kept.client?.client_id });
    expect(health).toMatchObject({ status: 'ok' });
    expect(write).toEqual({ done: true });
    const asked = user.asked.map(({ searchParams }) => [searchParams.get('resource'), searchParams.get('scope')]);
    expect(asked).toEqual([
      [server.url, 'health:read'],
      [server.url, 'health:read notes:read notes:write'],
    ]);
    expect(user.asked.every(({ searchParams }) => searchParams.get('code_challenge_method') === 'S256')).toBe(true);
  });

  it('is known by the document at its client id', async () => {
    const clientMetadataUrl = idp.publishClient({
      client_name: 'Documented',
      redirect_uris: ['http://127.0.0.1:9/callback'],
      application_type: 'native',
      token_endpoint_auth_method: 'none',
    });
    const { who, write } = await runFlow({ clientMetadataUrl });
    expect(who).toEqual({ id: 'oauth:alice', clientId: clientMetadataUrl });
    expect(write).toEqual({ done: true });
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

describe('the client of 2025-era hosts', () => {
  it('registers itself, signs in, calls, and steps up', async () => {
    const kept: { client?: OAuthClientInformationMixed; tokens?: OAuthTokens; verifier?: string; code?: string } = {};
    const redirectUrl = 'http://127.0.0.1:9/callback';
    const authProvider: NonNullable<NonNullable<ConstructorParameters<typeof OldTransport>[1]>['authProvider']> = {
      redirectUrl,
      clientMetadata: { client_name: 'Old', redirect_uris: [redirectUrl], token_endpoint_auth_method: 'none' },
      clientInformation: () => kept.client,
      saveClientInformation: (client) => void (kept.client = client),
      tokens: () => kept.tokens,
      saveTokens(tokens) {
        kept.tokens = tokens;
        registerSecret(tokens.access_token);
      },
      codeVerifier: () => kept.verifier ?? '',
      saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
      redirectToAuthorization: async (url) => void (kept.code = (await idp.approve(url)).searchParams.get('code') ?? ''),
    };
    const connect = async () => {
      const transport = new OldTransport(new URL(server.url), { authProvider });
      const client = new OldClient({ name: 'old', version: '1.0.0' });
      return { client, transport, done: client.connect(transport) };
    };
    const first = await connect();
    await expect(first.done).rejects.toThrow(/Unauthorized/);
    await first.transport.finishAuth(kept.code ?? '');
    const { client, transport, done } = await connect();
    await done;
    expect((await client.callTool({ name: 'whoami' })).structuredContent).toMatchObject({ id: 'oauth:alice' });
    await expect(client.callTool({ name: 'write_note' })).rejects.toThrow(/Unauthorized/);
    await transport.finishAuth(kept.code ?? '');
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

it('refuses to start with settings that contradict each other, and names all of them', async () => {
  const probe = await spawnGuarded(['--transport', 'http', '--auth', 'oauth', '--api-keys-file', 'keys.json', '--allow-unauthenticated']);
  expect((await probe.exit).code).toBe(78);
  expect(probe.stderr).toMatch(/--auth-issuer.* is missing/);
  expect(probe.stderr).toMatch(/--allow-unauthenticated.* contradicts --auth/);
});

it('refuses a file of keys that is wrong', async () => {
  const probe = await spawnGuarded(['--transport', 'http', '--auth', 'api-key', '--api-keys-file', '/nowhere/keys.json']);
  expect((await probe.exit).code).toBe(78);
  expect(probe.stderr).toMatch(/file of API keys cannot be read/);
});
