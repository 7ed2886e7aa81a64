import { afterAll, expect, it } from '@jest/globals';
import { type TokenChanges } from '@trellis-mcp/test-services';
import { openMemoryKeyStore } from '@trellis-mcp/stores';
import { authFailure, type AuthRequest } from '../src/index.ts';
import { canary, encode, invalid, openAttackBench, request, seconds, type Attack } from './attack-bench.ts';
import { resource } from './start-stub-issuer.ts';

const bench = await openAttackBench();
afterAll(() => bench.close());

const bound = async (changes: TokenChanges & { proof?: string } = {}): Promise<Partial<AuthRequest>> => {
  const token = await bench.stub.sign({ claims: { cnf: { jkt: bench.prover.jkt } } });
  return { url: resource, headers: { authorization: `DPoP ${token}`, dpop: changes.proof ?? (await bench.prover.prove(token, changes)) } };
};
const proof = { status: 401, error: 'invalid_dpop_proof', reason: 'proof' } as const;
const changed = (changes: Record<string, unknown>) => (): Promise<Partial<AuthRequest>> => bound({ claims: changes });
const attacks: Attack[] = [
  {
    title: 'a bound token as Bearer',
    send: () => bench.signed({ claims: { cnf: { jkt: bench.prover.jkt } } }),
    ...invalid,
    reason: 'binding',
  },
  {
    title: 'a bound token as Bearer with a proof',
    send: async () => {
      const { headers } = await bound();
      const { authorization: value, dpop } = headers as Record<string, string>;
      return { headers: { authorization: value?.replace('DPoP', 'Bearer'), dpop } };
    },
    ...invalid,
    reason: 'binding',
  },
  {
    title: 'a bearer token as DPoP',
    send: async () => {
      const token = await bench.stub.sign();
      return { headers: { authorization: `DPoP ${token}`, dpop: await bench.prover.prove(token) } };
    },
    ...invalid,
    reason: 'binding',
  },
  {
    title: 'no proof',
    send: async () => ({ headers: { authorization: ((await bound()).headers as Record<string, string>)['authorization'] } }),
    ...proof,
  },
  {
    title: 'two proofs',
    send: async () => {
      const { headers } = await bound();
      const { authorization: value, dpop = '' } = headers as Record<string, string>;
      return { url: resource, headers: { authorization: value, dpop: [dpop, dpop] } };
    },
    ...proof,
  },
  {
    title: 'two proofs folded into one',
    send: async () => {
      const { headers } = await bound();
      const { authorization: value, dpop = '' } = headers as Record<string, string>;
      return { url: resource, headers: { authorization: value, dpop: `${dpop}, ${dpop}` } };
    },
    ...proof,
  },
  {
    title: 'a token that is bound to a certificate as well',
    send: async () => {
      const token = await bench.stub.sign({ claims: { cnf: { jkt: bench.prover.jkt, 'x5t#S256': 'A'.repeat(43) } } });
      return { url: resource, headers: { authorization: `DPoP ${token}`, dpop: await bench.prover.prove(token) } };
    },
    ...invalid,
    reason: 'binding',
  },
  { title: 'no JWT', send: () => bound({ proof: canary }), ...proof },
  { title: 'a proof of 5 kB', send: () => bound({ claims: { filler: 'x'.repeat(4_096) } }), ...proof },
  {
    title: "a thief's key",
    send: async () => {
      const token = await bench.stub.sign({ claims: { cnf: { jkt: bench.prover.jkt } } });
      return { url: resource, headers: { authorization: `DPoP ${token}`, dpop: await bench.thief.prove(token) } };
    },
    status: 401,
    error: 'invalid_dpop_proof',
    reason: 'binding',
  },
  { title: "the owner's key with a thief's signature", send: () => bound({ key: bench.thief.key.privateKey }), ...proof },
  { title: 'a private key in the header', send: () => bound({ header: { jwk: { ...bench.prover.key.jwk, d: 'AAAA' } } }), ...proof },
  {
    title: 'a symmetric key in the header',
    send: () => bound({ header: { alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } }, key: new Uint8Array(32) }),
    ...proof,
  },
  {
    title: 'alg none',
    send: async () =>
      bound({ proof: `${encode({ alg: 'none', typ: 'dpop+jwt', jwk: bench.prover.key.jwk })}.${encode({ htm: 'POST' })}.` }),
    ...proof,
  },
  { title: 'the typ of an access token', send: () => bound({ header: { typ: 'at+jwt' } }), ...proof },
  { title: 'no typ', send: () => bound({ header: { typ: undefined } }), ...proof },
  { title: 'another method', send: changed({ htm: 'GET' }), ...proof },
  { title: 'the method in small letters', send: changed({ htm: 'post' }), ...proof },
  { title: 'another path', send: changed({ htu: 'https://mcp.example/other' }), ...proof },
  { title: 'another host', send: changed({ htu: 'https://evil.example/mcp' }), ...proof },
  { title: 'another scheme', send: changed({ htu: 'http://mcp.example/mcp' }), ...proof },
  { title: 'another port', send: changed({ htu: 'https://mcp.example:8443/mcp' }), ...proof },
  { title: 'a user in the URL', send: changed({ htu: 'https://a@mcp.example/mcp' }), ...proof },
  { title: 'a URL that is none', send: changed({ htu: '/mcp' }), ...proof },
  { title: 'the hash of another token', send: changed({ ath: 'A'.repeat(43) }), ...proof },
  { title: 'no hash of the token', send: changed({ ath: undefined }), ...proof },
  { title: 'a hash that is no text', send: changed({ ath: 1 }), ...proof },
  { title: 'a proof of two minutes ago', send: async () => bound({ claims: { iat: seconds() - 120 } }), ...proof },
  { title: 'a proof of the future', send: async () => bound({ claims: { iat: seconds() + 120 } }), ...proof },
  { title: 'no time', send: changed({ iat: undefined }), ...proof },
  { title: 'no id', send: changed({ jti: undefined }), ...proof },
  { title: 'an empty id', send: changed({ jti: '' }), ...proof },
  { title: 'an id of 600 bytes', send: changed({ jti: 'x'.repeat(600) }), ...proof },
];
it.each(attacks)('refuses $title', async (attack) => bench.expectRefused(bench.authenticator({ dpop: { store: bench.store } }), attack));

it('takes each proof once, also by another replica, and another one with the same token', async () => {
  const [one, other] = [bench.authenticator({ dpop: { store: bench.store } }), bench.authenticator({ dpop: { store: bench.store } })];
  const request = { method: 'POST', url: resource, headers: {}, ...(await bound()) };
  await expect(one.authenticate(request)).resolves.toMatchObject({ id: 'oauth:alice' });
  await bench.expectRefused(one, { send: () => request, status: 401, error: 'invalid_dpop_proof', reason: 'replay' });
  await bench.expectRefused(other, { send: () => request, status: 401, error: 'invalid_dpop_proof', reason: 'replay' });
  const token = request.headers as Record<string, string>;
  const again = { ...request, headers: { ...token, dpop: await bench.prover.prove(token['authorization']?.slice(5) ?? '') } };
  await expect(one.authenticate(again)).resolves.toBeDefined();
  const alone = { headers: { authorization: token['authorization']?.replace('DPoP', 'Bearer') } };
  await bench.expectRefused(one, { send: () => alone, ...invalid, reason: 'binding' });
});

it('takes one of 50 copies of a proof that come at once', async () => {
  const auth = bench.authenticator({ dpop: { store: bench.store } });
  const request = { method: 'POST', url: resource, headers: {}, ...(await bound()) };
  const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => auth.authenticate(request)));
  expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
});

it.each<[string, string]>([
  ['a query and a fragment', `${resource}?a=1#b`],
  ['the default port', 'https://mcp.example:443/mcp'],
  ['a host in capitals', 'https://MCP.example/mcp'],
  ['the scheme of a WebSocket', 'wss://mcp.example/mcp'],
])('takes a proof whose URL has %s', async (_title, htu) => {
  const request = { method: 'POST', headers: {}, ...(await bound({ claims: { htu } })), url: '/mcp?session=1' };
  await expect(bench.authenticator({ dpop: { store: bench.store } }).authenticate(request)).resolves.toBeDefined();
});

it('takes no proof for another host because the path of the request begins with two slashes', async () => {
  const sent = await bound({ claims: { htu: 'https://evil.example/mcp' } });
  const send = (): Partial<AuthRequest> => ({ ...sent, url: '//evil.example/mcp' });
  await bench.expectRefused(bench.authenticator({ dpop: { store: bench.store } }), { send, ...proof });
  const whole = (): Partial<AuthRequest> => ({ ...sent, url: 'https://mcp.example//evil.example/mcp' });
  await bench.expectRefused(bench.authenticator({ dpop: { store: bench.store } }), { send: whole, ...proof });
});

it('refuses a bearer token where proofs are required, and offers DPoP alone', async () => {
  const auth = bench.authenticator({ dpop: { store: bench.store, required: true } });
  const sent = await bench.signed();
  await bench.expectRefused(auth, { send: () => sent, ...invalid, reason: 'binding' });
  await bench.expectRefused(auth, { send: () => sent, ...invalid, reason: 'binding' });
  expect(auth.challenge()).toMatch(/^DPoP algs="ES256 [^"]*", resource_metadata="[^"]+"$/);
  expect(auth.metadata()).toMatchObject({ dpop_bound_access_tokens_required: true });
});

it('asks for a nonce, and takes a proof that has it', async () => {
  const auth = bench.authenticator({ dpop: { store: bench.store, nonce: { keys: ['k'.repeat(32)] } } });
  const nonce = auth.dpopNonce() ?? '';
  for (const wrong of [undefined, '', 'x'.repeat(43), 7]) {
    await bench.expectRefused(auth, {
      send: () => bound({ claims: { nonce: wrong } }),
      status: 401,
      error: 'use_dpop_nonce',
      reason: 'nonce',
    });
  }
  const failure = authFailure(await auth.authenticate(request(await bound())).catch((error: unknown) => error));
  expect(failure?.headers).toMatchObject({
    'dpop-nonce': nonce,
    'www-authenticate': expect.stringMatching(/^DPoP error="use_dpop_nonce"/),
  });
  await expect(auth.authenticate(request(await bound({ claims: { nonce } })))).resolves.toBeDefined();
});

it('answers 503 when used proofs cannot be remembered', async () => {
  const full = openMemoryKeyStore({ whenFull: 'refuse', maxEntries: 1 });
  await full.set('x', '1', { ttlMs: 60_000 });
  const row: Omit<Attack, 'title'> = { send: () => bound(), status: 503, error: 'temporarily_unavailable', reason: 'store_unavailable' };
  await bench.expectRefused(bench.authenticator({ dpop: { store: full } }), row);
  expect(bench.reported.at(-1)).toMatchObject({ code: 'LIMIT' });
});

it("judges a thief's proof alike before and after one of the owner", async () => {
  const auth = bench.authenticator({ dpop: { store: bench.store } });
  const token = await bench.stub.sign({ claims: { cnf: { jkt: bench.prover.jkt } } });
  const send = (proof: string): Partial<AuthRequest> => ({ url: resource, headers: { authorization: `DPoP ${token}`, dpop: proof } });
  const stolen = { status: 401, error: 'invalid_dpop_proof', reason: 'binding' } as const;
  for (let round = 0; round < 2; round += 1) {
    await bench.expectRefused(auth, { send: async () => send(await bench.thief.prove(token)), ...stolen });
    await expect(auth.authenticate(request(send(await bench.prover.prove(token))))).resolves.toMatchObject({ id: 'oauth:alice' });
    const leak = { header: { jwk: { ...bench.prover.key.jwk, d: 'AAAA' } } };
    await bench.expectRefused(auth, { send: async () => send(await bench.prover.prove(token, leak)), ...stolen, reason: 'proof' });
  }
});
