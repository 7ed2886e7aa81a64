import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Client,
  ClientCredentialsProvider,
  DpopSession,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { startIdentityProvider, type IdentityProvider, type Probe } from '@trellis-mcp/test-services';
import { createOAuthUser, type OAuthUserOptions } from './fixture/oauth-user.ts';
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
