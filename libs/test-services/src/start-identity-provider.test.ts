import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { makePkce, postToken, type TokenAnswer } from './drive-identity.ts';
import { startIdentityProvider, type IdentityProvider } from './start-identity-provider.ts';

const resource = 'https://mcp.example/mcp';
const redirectUri = 'http://127.0.0.1:9/callback';
let provider: IdentityProvider;

beforeAll(async () => {
  provider = await startIdentityProvider({ scopes: ['db:read', 'health:read'], resources: [resource] });
});
afterAll(() => provider.stop());

const readToken = (token: string): Record<string, unknown> =>
  JSON.parse(String(Buffer.from(token.split('.')[1] ?? '', 'base64url'))) as Record<string, unknown>;

async function register(metadata: object): Promise<string> {
  const body = JSON.stringify({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none', ...metadata });
  const response = await fetch(`${provider.issuer}/reg`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const { client_id: clientId } = (await response.json()) as { client_id: string };
  return clientId;
}

function authorizationUrl(clientId: string, { scope = 'db:read', challenge = '', target = resource } = {}): URL {
  const parameters = {
    client_id: clientId,
    redirect_uri: redirectUri,
    resource: target,
    scope,
    response_type: 'code',
    code_challenge: challenge,
  };
  return new URL(`${provider.issuer}/auth?${new URLSearchParams({ ...parameters, code_challenge_method: 'S256' }).toString()}`);
}

async function signIn(clientId: string, scope: string): Promise<TokenAnswer> {
  const { verifier, challenge } = makePkce();
  const landed = await provider.approve(authorizationUrl(clientId, { scope, challenge }));
  const code = landed.searchParams.get('code') ?? '';
  const form = {
    grant_type: 'authorization_code',
    client_id: clientId,
    redirect_uri: redirectUri,
    code,
    code_verifier: verifier,
    resource,
  };
  return postToken(provider.tokenEndpoint, form);
}

it('tells of what MCP clients look for', async () => {
  const response = await fetch(`${provider.issuer}/.well-known/oauth-authorization-server`);
  await expect(response.json()).resolves.toMatchObject({
    issuer: provider.issuer,
    registration_endpoint: `${provider.issuer}/reg`,
    introspection_endpoint: `${provider.issuer}/token/introspection`,
    code_challenge_methods_supported: ['S256'],
    client_id_metadata_document_supported: true,
    dpop_signing_alg_values_supported: expect.arrayContaining(['ES256']),
  });
});

it('gives a registered client more scopes later than it registered with', async () => {
  const clientId = await register({ scope: 'db:read' });
  await expect(signIn(clientId, 'db:read')).resolves.toMatchObject({ scope: 'db:read' });
  await expect(signIn(clientId, 'db:read health:read')).resolves.toMatchObject({ scope: 'db:read health:read' });
});

it('knows a client by its metadata document', async () => {
  const clientId = provider.publishClient({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none', application_type: 'native' });
  const { access_token: token } = await signIn(clientId, 'db:read');
  expect(readToken(token)).toMatchObject({ client_id: clientId, aud: resource, sub: 'alice' });
});

it('refreshes a token', async () => {
  const { refresh_token: refreshToken = '' } = await provider.signIn({ resource, scope: 'db:read', user: 'bob' });
  const form = { grant_type: 'refresh_token', client_id: 'test-user-agent', refresh_token: refreshToken, resource };
  const { access_token: token } = await postToken(provider.tokenEndpoint, form);
  expect(readToken(token)).toMatchObject({ sub: 'bob', scope: 'db:read' });
});

it('refuses a code without its verifier, a request without PKCE, and an unknown resource', async () => {
  const clientId = await register({});
  const landed = await provider.approve(authorizationUrl(clientId, { challenge: makePkce().challenge }));
  const form = {
    grant_type: 'authorization_code',
    client_id: clientId,
    redirect_uri: redirectUri,
    code: landed.searchParams.get('code') ?? '',
  };
  await expect(postToken(provider.tokenEndpoint, { ...form, code_verifier: makePkce().verifier })).rejects.toThrow(/400.*invalid_grant/);
  const plain = await provider.approve(authorizationUrl(clientId, {}));
  expect(plain.searchParams.get('error')).toBe('invalid_request');
  const target = 'https://other.example/';
  const foreign = await provider.approve(authorizationUrl(clientId, { challenge: makePkce().challenge, target }));
  expect(foreign.searchParams.get('error')).toBe('invalid_target');
});

it('asks a person where that was chosen, and escapes what the client says', async () => {
  await using asking = await startIdentityProvider({ scopes: ['db:read'], consent: 'page' });
  const url = new URL(`${asking.issuer}/auth`);
  const parameters = {
    client_id: 'test-user-agent',
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'db:read',
    resource: 'https://mcp.example/<b>',
  };
  const { challenge } = makePkce();
  url.search = new URLSearchParams({ ...parameters, code_challenge: challenge, code_challenge_method: 'S256' }).toString();
  const page = await asking.approve(url).catch((error: unknown) => String(error));
  expect(page).toContain('Allow access?');
  expect(page).toContain('&#60;b&#62;');
  expect(page).not.toContain('<b></dl>');
});

it('keeps its port free after it stopped', async () => {
  const first = await startIdentityProvider({ scopes: [] });
  await first.stop();
  await using second = await startIdentityProvider({ scopes: [], port: first.port });
  expect(second.issuer).toBe(first.issuer);
  await expect(startIdentityProvider({ scopes: [], port: first.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
