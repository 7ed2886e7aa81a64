import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { makeTokenKey } from '@trellis-mcp/test-services';
import type { AppError } from '@trellis-mcp/errors';
import fc from 'fast-check';
import { isAppError } from '@trellis-mcp/errors';
import { resource, startStubIssuer, type StubIssuer } from '../test/start-stub-issuer.ts';
import { authFailure, createAuthenticator, type Authenticator, type AuthenticatorOptions, type Principal } from './index.ts';

let at: number;
let stub: StubIssuer;
let reported: AppError[];

beforeEach(async () => {
  at = Math.floor(Date.now() / 1000) * 1000;
  reported = [];
  stub = await startStubIssuer(() => at);
});
afterEach(() => stub.http.stop());

const authenticator = (options: Partial<AuthenticatorOptions> = {}): Authenticator =>
  createAuthenticator({
    issuer: stub.issuer,
    resource,
    scopes: ['db:read', 'health:read'],
    fetch,
    now: () => at,
    onError: (error) => reported.push(error),
    ...options,
  });

const present = (auth: Authenticator, token: string): Promise<Principal> =>
  auth.authenticate({ method: 'POST', url: '/mcp', headers: { authorization: `Bearer ${token}` } });

const reasonOf = async (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'taken',
    (error: unknown) => authFailure(error)?.reason ?? String(error),
  );

it('gives the principal of a token', async () => {
  const token = await stub.sign({ claims: { scope: 'db:read health:read', org: 'acme' } });
  const principal = await present(authenticator({ tenantClaim: 'org' }), token);
  expect(principal).toEqual({
    id: 'oauth:alice',
    clientId: 'app',
    scopes: new Set(['db:read', 'health:read']),
    tenant: 'acme',
    expiresAt: at + 305_000,
  });
  expect(Object.isFrozen(principal)).toBe(true);
});

it('recognises a token without a promise once it was verified, and until it ends', async () => {
  const auth = authenticator();
  const request = { method: 'POST', url: '/mcp', headers: { authorization: `Bearer ${await stub.sign()}` } };
  const principal = await auth.recognise(request);
  expect(auth.recognise(request)).toBe(principal);
  at = principal.expiresAt;
  expect(await reasonOf(auth.authenticate(request))).toBe('expired');
});

it('keeps users, clients and keys apart by the form of the id', async () => {
  const auth = authenticator();
  const ids = ['key:ci', 'client:app', 'app', 'oauth:alice'].map(
    async (sub) => (await present(auth, await stub.sign({ claims: { sub } }))).id,
  );
  await expect(Promise.all(ids)).resolves.toEqual(['oauth:key:ci', 'oauth:client:app', 'client:app', 'oauth:oauth:alice']);
});

it('refuses a token without the tenant that was asked for', async () => {
  await expect(reasonOf(present(authenticator({ tenantClaim: 'org' }), await stub.sign()))).resolves.toBe('claims');
});

it('verifies a token once and gives the very same principal again', async () => {
  const [auth, token] = [authenticator(), await stub.sign()];
  const first = await present(auth, token);
  stub.answer = (_request, response) => void response.writeHead(500).end();
  await expect(present(auth, token)).resolves.toBe(first);
});

it('honours the expiry to the second, from the cache as well', async () => {
  const [auth, token] = [authenticator({ clockSkewMs: 2_000 }), await stub.sign()];
  const { expiresAt } = await present(auth, token);
  at = expiresAt - 1;
  await expect(reasonOf(present(auth, token))).resolves.toBe('taken');
  await expect(reasonOf(present(authenticator({ clockSkewMs: 2_000 }), token))).resolves.toBe('taken');
  at = expiresAt;
  await expect(reasonOf(present(auth, token))).resolves.toBe('expired');
  await expect(reasonOf(present(authenticator({ clockSkewMs: 2_000 }), token))).resolves.toBe('expired');
});

it('takes a token whose start is within the skew', async () => {
  const token = await stub.sign({ claims: { nbf: at / 1000 + 5 } });
  await expect(reasonOf(present(authenticator(), token))).resolves.toBe('taken');
});

it('takes the resource without a path with and without its slash', async () => {
  const auth = authenticator({ resource: 'https://mcp.example' });
  for (const aud of ['https://mcp.example', 'https://mcp.example/', ['https://other.example', 'https://mcp.example']]) {
    await expect(reasonOf(present(auth, await stub.sign({ claims: { aud } })))).resolves.toBe('taken');
  }
  await expect(reasonOf(present(auth, await stub.sign({ claims: { aud: 'https://mcp.example/mcp' } })))).resolves.toBe('audience');
});

it('describes the resource where RFC 9728 looks for it', () => {
  const places = ['https://mcp.example/', 'https://mcp.example/a/mcp', 'https://mcp.example/a/?x=1'].map(
    (one) => authenticator({ resource: one }).metadataUrl,
  );
  const base = 'https://mcp.example/.well-known/oauth-protected-resource';
  expect(places).toEqual([base, `${base}/a/mcp`, `${base}/a/?x=1`]);
  expect(authenticator({ resourceName: 'Demo' }).metadata()).toEqual({
    resource,
    authorization_servers: [stub.issuer],
    scopes_supported: ['db:read', 'health:read'],
    bearer_methods_supported: ['header'],
    resource_name: 'Demo',
  });
});

it('names the first scopes to ask for in the challenge of a caller without a token', async () => {
  const auth = authenticator({ initialScopes: ['health:read'] });
  const failure = await auth.authenticate({ method: 'POST', url: '/mcp', headers: {} }).catch(authFailure);
  expect(failure).toMatchObject({ status: 401, reason: 'missing' });
  expect(failure).toHaveProperty(
    ['headers', 'www-authenticate'],
    'Bearer scope="health:read", resource_metadata="https://mcp.example/.well-known/oauth-protected-resource/mcp"',
  );
});

it.each<[string, Partial<AuthenticatorOptions>]>([
  ['a symmetric algorithm', { algorithms: ['ES256', 'HS256'] }],
  ['the algorithm none', { algorithms: ['none'] }],
  ['no algorithm', { algorithms: [] }],
  ['a resource that is no URL', { resource: 'mcp' }],
  ['a resource with a fragment', { resource: 'https://mcp.example/mcp#x' }],
  ['an issuer with a query', { issuer: 'https://idp.example/?a=1' }],
  ['an issuer that is a file', { issuer: 'file:///etc' }],
  ['introspection without a client', { mode: 'introspection' }],
  ['an hour of skew', { clockSkewMs: 3_600_000 }],
  ['a skew that is no number', { clockSkewMs: Number.NaN }],
  ['introspection answers kept for two minutes', { introspectionReuseMs: 120_000 }],
  ['a short nonce key', { dpop: { store: {} as never, nonce: { keys: ['short'] } } }],
])('refuses %s at start', (_title, options) => {
  expect(() => authenticator(options)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
});

it('never takes a random header, and never throws anything but a refusal', async () => {
  const auth = authenticator();
  const header = fc.oneof(
    fc.string(),
    fc.string().map((text) => `Bearer ${text}`),
    fc.base64String().map((text) => `DPoP ${text}.${text}.${text}`),
  );
  await fc.assert(
    fc.asyncProperty(header, fc.string(), async (authorization, url) => {
      const error = await auth.authenticate({ method: 'POST', url, headers: { authorization } }).catch((thrown: unknown) => thrown);
      expect(isAppError(error) && authFailure(error) !== undefined).toBe(true);
    }),
    { numRuns: 300 },
  );
  expect(stub.paths()).toEqual([]);
});

it('asks the issuer nothing about tokens that cannot be good', async () => {
  const auth = authenticator();
  const tokens = [{ header: { typ: 'JWT' } }, { claims: { iss: 'https://evil.example' } }].map((changes) => stub.sign(changes));
  for (const token of await Promise.all(tokens)) await expect(reasonOf(present(auth, token))).resolves.not.toBe('taken');
  expect(stub.paths()).toEqual([]);
});

it('holds a bounded number of verdicts', async () => {
  const auth = authenticator({ maxCachedTokens: 2 });
  const tokens = await Promise.all(Array.from({ length: 4 }, () => stub.sign()));
  const firsts: Awaited<ReturnType<typeof present>>[] = [];
  for (const token of tokens) firsts.push(await present(auth, token));
  const seconds = await Promise.all(tokens.slice(2).map((token) => present(auth, token)));
  expect(seconds.map((one, index) => one === firsts[index + 2])).toEqual([true, true]);
  await expect(present(auth, tokens[0] ?? '')).resolves.not.toBe(firsts[0]);
});

it('costs little for a token that it knows', async () => {
  const [auth, token] = [authenticator(), await stub.sign()];
  const request = { method: 'POST', url: '/mcp', headers: { authorization: `Bearer ${token}` } };
  for (let run = 0; run < 2_000; run += 1) await auth.authenticate(request);
  const before = process.cpuUsage();
  for (let run = 0; run < 20_000; run += 1) await auth.authenticate(request);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 20_000).toBeLessThan(30); // microseconds; a tools/call costs some 300
});

it('serves keys from a rotated set made by another algorithm', async () => {
  const auth = authenticator();
  await present(auth, await stub.sign());
  const next = makeTokenKey('EdDSA');
  stub.keys.push(next.jwk);
  at += 10_000;
  const token = await stub.sign({ header: { alg: 'EdDSA', kid: next.jwk.kid }, key: next.privateKey });
  await expect(reasonOf(present(auth, token))).resolves.toBe('taken');
});
