import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from '@jest/globals';
import { exportSPKI, importJWK, type CryptoKey } from 'jose';
import { createApiKey, type AuthReason } from '../src/index.ts';
import { bearer, canary, encode, invalid, openAttackBench, request, seconds, type Attack } from './attack-bench.ts';
import { resource } from './start-stub-issuer.ts';

const bench = await openAttackBench();
afterAll(() => bench.close());

const claims = (changes: Record<string, unknown>) => () => bench.signed({ claims: changes });

/** The public key as text is the secret of an HMAC: the classic confusion. */
async function signWithPublicKey(): Promise<string> {
  const { stub, rsa } = bench;
  const pem = await exportSPKI((await importJWK(rsa.jwk, 'RS256', { extractable: true })) as CryptoKey);
  const input = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: rsa.jwk.kid })}.${encode({ iss: stub.issuer, aud: resource, sub: 'x', exp: seconds() + 60 })}`;
  return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
}

const attacks: Attack[] = [
  { title: 'an opaque token', send: () => bearer(`${canary}opaque`), ...invalid, reason: 'malformed' },
  {
    title: 'a token of two parts',
    send: async () => bearer((await bench.stub.sign()).split('.').slice(0, 2).join('.')),
    ...invalid,
    reason: 'malformed',
  },
  {
    title: 'an encrypted token of five parts',
    send: async () => bearer(`${await bench.stub.sign()}.a.b`),
    ...invalid,
    reason: 'malformed',
  },
  {
    title: 'a payload that is no object',
    send: () => bearer(`${encode({ alg: 'ES256', typ: 'at+jwt' })}.${encode([1])}.AA`),
    ...invalid,
    reason: 'malformed',
  },
  {
    title: 'alg none',
    send: async () => bearer(await bench.recode(({ header }) => (header['alg'] = 'none'))),
    ...invalid,
    reason: 'algorithm',
  },
  {
    title: 'alg none without a signature',
    send: async () => bearer((await bench.recode(({ header }) => (header['alg'] = 'none'))).replace(/[^.]*$/, '')),
    ...invalid,
    reason: 'algorithm',
  },
  {
    title: 'alg NONE in capitals',
    send: async () => bearer(await bench.recode(({ header }) => (header['alg'] = 'NONE'))),
    ...invalid,
    reason: 'algorithm',
  },
  { title: 'no alg', send: async () => bearer(await bench.recode(({ header }) => delete header['alg'])), ...invalid, reason: 'algorithm' },
  { title: 'HS256 with the public key as secret', send: async () => bearer(await signWithPublicKey()), ...invalid, reason: 'algorithm' },
  {
    title: 'an algorithm that is not on the list',
    send: async () => bearer(await bench.recode(({ header }) => (header['alg'] = 'RS512'))),
    ...invalid,
    reason: 'algorithm',
  },
  {
    title: 'an algorithm that is not that of the key',
    send: async () => bearer(await bench.recode(({ header }) => Object.assign(header, { alg: 'PS256', kid: bench.rsa.jwk.kid }))),
    ...invalid,
    reason: 'key',
  },
  {
    title: 'a changed payload',
    send: async () => bearer(await bench.recode(({ payload }) => (payload['scope'] = 'db:read health:read'))),
    ...invalid,
    reason: 'signature',
  },
  {
    title: 'a signature by another key under a known id',
    send: () => bench.signed({ key: bench.stranger.privateKey }),
    ...invalid,
    reason: 'signature',
  },
  {
    title: 'an empty signature',
    send: async () => bearer((await bench.stub.sign()).replace(/[^.]*$/, '')),
    ...invalid,
    reason: 'signature',
  },
  {
    title: 'a key in the header (jwk)',
    send: () => bench.signed({ header: { jwk: bench.stranger.jwk }, key: bench.stranger.privateKey }),
    ...invalid,
    reason: 'signature',
  },
  {
    title: 'a place of keys in the header (jku)',
    send: () => bench.signed({ header: { jku: 'https://evil.example/jwks', kid: 'evil' }, key: bench.stranger.privateKey }),
    ...invalid,
    reason: 'key',
  },
  { title: 'an unknown key id', send: () => bench.signed({ header: { kid: '../../etc/passwd' } }), ...invalid, reason: 'key' },
  {
    title: 'a critical header that nobody knows',
    send: async () => bearer(await bench.recode(({ header }) => Object.assign(header, { crit: ['x'], x: 1 }))),
    ...invalid,
    reason: 'malformed',
  },
  { title: 'the typ of an ID token', send: () => bench.signed({ header: { typ: 'JWT' } }), ...invalid, reason: 'type' },
  { title: 'the typ of a DPoP proof', send: () => bench.signed({ header: { typ: 'dpop+jwt' } }), ...invalid, reason: 'type' },
  { title: 'the typ of a logout token', send: () => bench.signed({ header: { typ: 'logout+jwt' } }), ...invalid, reason: 'type' },
  { title: 'no typ', send: () => bench.signed({ header: { typ: undefined } }), ...invalid, reason: 'type' },
  { title: 'another issuer', send: claims({ iss: 'https://evil.example' }), ...invalid, reason: 'issuer' },
  {
    title: 'an issuer with a slash more',
    send: async () => bench.signed({ claims: { iss: `${bench.stub.issuer}/` } }),
    ...invalid,
    reason: 'issuer',
  },
  { title: 'no issuer', send: claims({ iss: undefined }), ...invalid, reason: 'issuer' },
  { title: 'the token of another resource', send: claims({ aud: 'https://other.example/mcp' }), ...invalid, reason: 'audience' },
  { title: 'the audience with a path more', send: claims({ aud: `${resource}/admin` }), ...invalid, reason: 'audience' },
  { title: 'the audience that is a prefix', send: claims({ aud: 'https://mcp.example' }), ...invalid, reason: 'audience' },
  { title: 'the client as audience, as in an ID token', send: claims({ aud: 'app' }), ...invalid, reason: 'audience' },
  { title: 'no audience', send: claims({ aud: undefined }), ...invalid, reason: 'audience' },
  { title: 'an empty list of audiences', send: claims({ aud: [] }), ...invalid, reason: 'audience' },
  { title: 'an expired token', send: async () => bench.signed({ claims: { exp: seconds() - 6 } }), ...invalid, reason: 'expired' },
  { title: 'no expiry', send: claims({ exp: undefined }), ...invalid, reason: 'claims' },
  { title: 'an expiry as text', send: claims({ exp: '9999999999' }), ...invalid, reason: 'claims' },
  { title: 'an expiry beyond numbers', send: claims({ exp: 1e300 }), ...invalid, reason: 'claims' },
  {
    title: 'a token that is not valid yet',
    send: async () => bench.signed({ claims: { nbf: seconds() + 30 } }),
    ...invalid,
    reason: 'not_yet_valid',
  },
  { title: 'no subject', send: claims({ sub: undefined }), ...invalid, reason: 'claims' },
  { title: 'a subject with a line break', send: claims({ sub: 'alice\nadmin' }), ...invalid, reason: 'claims' },
  { title: 'a subject of 10 kB', send: claims({ sub: 'a'.repeat(3_000) }), ...invalid, reason: 'claims' },
  {
    title: 'a subject of 255 characters that take three bytes each',
    send: claims({ sub: '\u20ac'.repeat(255) }),
    ...invalid,
    reason: 'claims',
  },
  { title: 'a subject written backwards', send: claims({ sub: 'alice\u202enimda' }), ...invalid, reason: 'claims' },
  { title: 'a subject that is no text', send: claims({ sub: { $ne: null } }), ...invalid, reason: 'claims' },
  { title: 'no client', send: claims({ client_id: undefined }), ...invalid, reason: 'claims' },
  { title: 'a token bound to a certificate', send: claims({ cnf: { 'x5t#S256': 'A'.repeat(43) } }), ...invalid, reason: 'binding' },
  { title: 'an empty binding', send: claims({ cnf: {} }), ...invalid, reason: 'binding' },
  {
    title: 'a token bound to a key where DPoP is off',
    send: async () => bench.signed({ claims: { cnf: { jkt: bench.prover.jkt } } }),
    ...invalid,
    reason: 'binding',
  },
  {
    title: 'a bearer token as DPoP where DPoP is off',
    send: async () => ({ headers: { authorization: `DPoP ${await bench.stub.sign()}` } }),
    ...invalid,
    reason: 'binding',
  },
  {
    title: 'the form of an API key where there are none',
    send: () => bearer(createApiKey({ name: 'x', scopes: [] }).key),
    ...invalid,
    reason: 'malformed',
  },
];
it.each(attacks)('refuses $title', async (attack) => bench.expectRefused(bench.authenticator(), attack));

it.each<[string, Record<string, unknown>]>([
  ['a nonce', { nonce: 'n' }],
  ['a hash of an access token', { at_hash: 'h' }],
  ['the kind of an ID token', { typ: 'ID' }],
  ['the kind of a refresh token', { typ: 'Refresh' }],
  ['logout events', { events: {} }],
])('refuses %s where the typ JWT is taken', async (_title, extra) => {
  const auth = bench.authenticator({ tokenTypes: ['at+jwt', 'JWT'] });
  await bench.expectRefused(auth, { send: () => bench.signed({ header: { typ: 'JWT' }, claims: extra }), ...invalid, reason: 'type' });
  await expect(auth.authenticate(request(await bench.signed({ header: { typ: 'JWT' } })))).resolves.toBeDefined();
});

describe('an issuer that is asked about tokens', () => {
  const active = () => ({
    active: true,
    client_id: 'app',
    sub: 'alice',
    aud: resource,
    exp: seconds() + 60,
    scope: 'db:read',
    token_type: 'Bearer',
  });
  it.each<[string, Record<string, unknown>, AuthReason]>([
    ['an inactive token', { active: false }, 'inactive'],
    ['another audience', { aud: 'https://other.example' }, 'audience'],
    ['no audience, as of a refresh token', { aud: undefined }, 'audience'],
    ['another issuer', { iss: 'https://evil.example' }, 'issuer'],
    ['an answer that is still active after the expiry', { exp: 1 }, 'expired'],
    ['no expiry', { exp: undefined }, 'claims'],
    ['a time to come', { nbf: 99_999_999_999 }, 'not_yet_valid'],
    ['another kind of token', { token_type: 'refresh_token' }, 'type'],
    ['no client', { client_id: undefined }, 'claims'],
    ['a certificate binding', { cnf: { 'x5t#S256': 'x' } }, 'binding'],
    ['a key binding, sent as Bearer', { cnf: { jkt: 'A'.repeat(43) } }, 'binding'],
  ])('refuses %s', async (_title, changes, reason) => {
    bench.stub.introspect = (_request, response) => void response.end(JSON.stringify({ ...active(), ...changes }));
    const auth = bench.authenticator({ mode: 'introspection', clientId: 'rs', clientSecret: canary });
    await bench.expectRefused(auth, { send: () => bearer(randomUUID()), ...invalid, reason });
  });

  it.each<[string, number, string]>([
    ['garbage', 200, `<html>${canary}`],
    ['a list', 200, '[]'],
    ['active as text', 200, '{"active":"true"}'],
    ['a refusal of our client', 401, '{"error":"invalid_client"}'],
    ['a server error', 500, ''],
    ['too much', 200, `{"active":true,"x":"${'x'.repeat(600_000)}"}`],
  ])('answers 503 when the issuer answers with %s', async (_title, status, body) => {
    bench.stub.introspect = (_request, response) => void response.writeHead(status).end(body);
    const auth = bench.authenticator({ mode: 'introspection', clientId: 'rs', clientSecret: canary });
    const row: Omit<Attack, 'title'> = {
      send: () => bearer(randomUUID()),
      status: 503,
      error: 'temporarily_unavailable',
      reason: 'issuer_unavailable',
    };
    await bench.expectRefused(auth, row);
  });
});
