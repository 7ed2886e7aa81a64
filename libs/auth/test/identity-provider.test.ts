import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openMemoryKeyStore } from '@trellis-mcp/stores';
import { startIdentityProvider, type IdentityProvider } from '@trellis-mcp/test-services';
import { authFailure, createAuthenticator, type Authenticator, type AuthenticatorOptions, type AuthRequest } from '../src/index.ts';
import { makeProver, resource } from './start-stub-issuer.ts';

const scopes = ['db:read', 'health:read'];
let at = 0; // added to the clock
const now = (): number => Date.now() + at;
let provider: IdentityProvider;
let opaque: IdentityProvider;

beforeAll(async () => {
  provider = await startIdentityProvider({ scopes, extraClaims: (user) => ({ org: user === 'bob' ? 'bobs' : 'acme' }) });
  opaque = await startIdentityProvider({ scopes, accessTokenFormat: 'opaque' });
});
afterAll(async () => {
  await provider.stop();
  await opaque.stop();
});

const authenticator = (options: Partial<AuthenticatorOptions> = {}): Authenticator =>
  createAuthenticator({ issuer: provider.issuer, resource, scopes, fetch, now, ...options });
const present = (authorization: string, headers: Record<string, string> = {}): AuthRequest => ({
  method: 'POST',
  url: '/mcp',
  headers: { authorization, ...headers },
});
const reasonOf = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => 'taken',
    (error: unknown) => authFailure(error)?.reason ?? error,
  );

it('takes a token of a user, and one of a client without a user', async () => {
  const auth = authenticator({ tenantClaim: 'org' });
  const user = await provider.signIn({ resource, scope: 'db:read', user: 'bob' });
  const expected = { id: 'oauth:bob', clientId: 'test-user-agent', scopes: new Set(['db:read']), tenant: 'bobs' };
  await expect(auth.authenticate(present(`Bearer ${user.access_token}`))).resolves.toMatchObject(expected);
  const machine = await provider.getMachineToken({ resource, scope: 'db:read health:read' });
  const other = { id: 'client:test-machine', scopes: new Set(scopes), tenant: 'acme' };
  await expect(auth.authenticate(present(`Bearer ${machine.access_token}`))).resolves.toMatchObject(other);
});

it('refuses a token that the same provider made for another resource, and its ID and refresh tokens', async () => {
  const auth = authenticator();
  const foreign = await provider.signIn({ resource: 'https://other.example/mcp', scope: 'db:read' });
  await expect(reasonOf(auth.authenticate(present(`Bearer ${foreign.access_token}`)))).resolves.toBe('audience');
  const { id_token: idToken = '', refresh_token: refreshToken = '' } = await provider.signIn({ resource, scope: 'openid db:read' });
  await expect(reasonOf(auth.authenticate(present(`Bearer ${idToken}`)))).resolves.toBe('type');
  await expect(reasonOf(auth.authenticate(present(`Bearer ${refreshToken}`)))).resolves.toBe('malformed');
});

it('takes tokens of the next key without a restart, and none of the withdrawn one once it looked again', async () => {
  const auth = authenticator();
  const before = await provider.signIn({ resource, scope: 'db:read' });
  await auth.authenticate(present(`Bearer ${before.access_token}`));
  provider.rotateKeys({ keepOld: false });
  at += 11_000;
  const after = await provider.signIn({ resource, scope: 'db:read' });
  await expect(reasonOf(auth.authenticate(present(`Bearer ${after.access_token}`)))).resolves.toBe('taken');
  const fresh = authenticator();
  await expect(reasonOf(fresh.authenticate(present(`Bearer ${before.access_token}`)))).resolves.toBe('key');
});

it('takes a bound token with a proof, and not without', async () => {
  const prover = makeProver(now);
  at = 0;
  const store = openMemoryKeyStore({ whenFull: 'refuse', now });
  const auth = authenticator({ dpop: { store, required: true } });
  const proof = await prover.prove('', { claims: { htu: provider.tokenEndpoint, ath: undefined } });
  const { access_token: token, token_type: type } = await provider.signIn({ resource, scope: 'db:read', headers: { dpop: proof } });
  expect(type).toBe('DPoP');
  await expect(reasonOf(auth.authenticate(present(`DPoP ${token}`, { dpop: await prover.prove(token) })))).resolves.toBe('taken');
  await expect(reasonOf(auth.authenticate(present(`Bearer ${token}`)))).resolves.toBe('binding');
  await expect(reasonOf(authenticator().authenticate(present(`Bearer ${token}`)))).resolves.toBe('binding');
});

it('asks the provider about opaque tokens, and hears of a revocation within a minute', async () => {
  const options: Partial<AuthenticatorOptions> = { issuer: opaque.issuer, mode: 'introspection', ...opaque.resourceServer };
  const auth = authenticator(options);
  const { access_token: token, refresh_token: refreshToken = '' } = await opaque.signIn({ resource, scope: 'db:read' });
  await expect(auth.authenticate(present(`Bearer ${token}`))).resolves.toMatchObject({ id: 'oauth:alice' });
  await expect(reasonOf(auth.authenticate(present(`Bearer ${refreshToken}`)))).resolves.toBe('audience');
  await opaque.revoke(token);
  await expect(reasonOf(auth.authenticate(present(`Bearer ${token}`)))).resolves.toBe('taken');
  at += 30_000;
  await expect(reasonOf(auth.authenticate(present(`Bearer ${token}`)))).resolves.toBe('inactive');
  at = 0;
  const stranger = authenticator({ ...options, clientSecret: 'wrong' });
  await expect(reasonOf(stranger.authenticate(present(`Bearer ${token}`)))).resolves.toBe('issuer_unavailable');
});

it('takes an opaque token that is bound to a key with its proof only', async () => {
  const prover = makeProver(now);
  const store = openMemoryKeyStore({ whenFull: 'refuse', now });
  const auth = authenticator({ issuer: opaque.issuer, mode: 'introspection', ...opaque.resourceServer, dpop: { store } });
  const proof = await prover.prove('', { claims: { htu: opaque.tokenEndpoint, ath: undefined } });
  const { access_token: token } = await opaque.signIn({ resource, scope: 'db:read', headers: { dpop: proof } });
  await expect(reasonOf(auth.authenticate(present(`DPoP ${token}`, { dpop: await prover.prove(token) })))).resolves.toBe('taken');
  await expect(reasonOf(auth.authenticate(present(`Bearer ${token}`)))).resolves.toBe('binding');
});
