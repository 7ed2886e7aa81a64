import { afterAll, expect, it } from '@jest/globals';
import { authFailure, createApiKey, createAuthenticator, loadApiKeys } from '../src/index.ts';
import { authorization, bearer, canary, invalid, malformed, openAttackBench, request, type Attack } from './attack-bench.ts';
import { resource } from './start-stub-issuer.ts';

const bench = await openAttackBench();
afterAll(() => bench.close());

const attacks: Attack[] = [
  { title: 'no header', send: () => ({}), status: 401, reason: 'missing' },
  { title: 'an empty list of headers', send: () => authorization(), status: 401, reason: 'missing' },
  { title: 'an empty header', send: () => authorization(''), ...invalid, reason: 'scheme' },
  { title: 'Basic', send: () => authorization(`Basic ${canary}`), ...invalid, reason: 'scheme' },
  { title: 'a scheme that only starts like Bearer', send: () => authorization(`Bearerx ${canary}`), ...invalid, reason: 'scheme' },
  { title: 'Bearer without a token', send: () => authorization('Bearer'), ...malformed, reason: 'malformed' },
  { title: 'Bearer with two tokens', send: () => authorization(`Bearer ${canary} ${canary}`), ...malformed, reason: 'malformed' },
  { title: 'a token with a comma', send: () => authorization(`Bearer ${canary},${canary}`), ...malformed, reason: 'malformed' },
  { title: 'a token with a line break', send: () => authorization(`Bearer ${canary}\r\nx: y`), ...malformed, reason: 'malformed' },
  { title: 'a tab for the space', send: () => authorization(`Bearer\t${canary}`), ...invalid, reason: 'scheme' },
  {
    title: 'two Authorization headers, the first good',
    send: async () => authorization(`Bearer ${await bench.stub.sign()}`, `Bearer ${canary}`),
    ...malformed,
    reason: 'repeated',
  },
  {
    title: 'two Authorization headers folded into one by Headers',
    send: async () => {
      const headers = new Headers({ authorization: `Bearer ${await bench.stub.sign()}` });
      headers.append('authorization', `Bearer ${canary}`);
      return { headers };
    },
    ...malformed,
    reason: 'malformed',
  },
  { title: 'a token in the query', send: () => ({ url: `/mcp?access_token=${canary}` }), ...malformed, reason: 'query' },
  {
    title: 'a token in the query, its name escaped',
    send: () => ({ url: `/mcp?access%5Ftoken=${canary}` }),
    ...malformed,
    reason: 'query',
  },
  {
    title: 'a key in the query of an upgrade',
    send: () => ({ method: 'GET', url: `/ws?api_key=${canary}` }),
    ...malformed,
    reason: 'query',
  },
  {
    title: 'a token in the query beside a good header',
    send: async () => ({ ...(await bench.signed()), url: `https://mcp.example/mcp?x=1&access_token=${canary}` }),
    ...malformed,
    reason: 'query',
  },
  { title: 'a token of 100 kB', send: () => bearer('a'.repeat(100_000)), ...invalid, reason: 'oversize' },
  { title: 'a header one byte too long', send: () => bearer('a'.repeat(8_192 - 6)), ...invalid, reason: 'oversize' },
];
it.each(attacks)('refuses $title', async (attack) => bench.expectRefused(bench.authenticator(), attack));

it('refuses what is no key of the file, in one way', async () => {
  const { key, entry } = createApiKey({ name: 'ci', scopes: ['db:read'] });
  const ended = createApiKey({ name: 'old', scopes: [], expiresAt: '2020-01-01T00:00:00Z' });
  const apiKeys = await loadApiKeys({ read: async () => JSON.stringify({ keys: [entry, ended.entry] }) });
  const auth = createAuthenticator({ resource, scopes: [], apiKeys, issuer: bench.stub.issuer, fetch });
  const wrong = [createApiKey({ name: 'ci', scopes: [] }).key, ended.key, `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`];
  for (const one of wrong) await bench.expectRefused(auth, { send: () => bearer(one), ...invalid, reason: 'unknown_key' });
  for (const one of [entry.hash, entry.hash.slice(7), 'ci', `${key}x`, key.toUpperCase()]) {
    const answer = await auth.authenticate({ method: 'POST', url: '/', headers: { authorization: `Bearer ${one}` } }).catch(authFailure);
    expect(answer).toMatchObject({ status: one.includes(':') ? 400 : 401 });
  }
  await bench.expectRefused(auth, {
    send: () => ({ headers: { authorization: `DPoP ${key}` } }),
    ...invalid,
    reason: 'unknown_key',
  });
  await expect(auth.authenticate({ method: 'POST', url: '/', headers: { authorization: `Bearer ${key}` } })).resolves.toMatchObject({
    id: 'key:ci',
  });
});

it('refuses tokens where only keys are taken, without metadata in the challenge', async () => {
  const apiKeys = await loadApiKeys({ read: async () => '{"keys":[]}' });
  const auth = createAuthenticator({ resource, scopes: [], apiKeys });
  await bench.expectRefused(auth, { send: () => bench.signed(), ...invalid, reason: 'unknown_key' });
  expect([auth.metadata(), auth.metadataUrl, auth.challenge()]).toEqual([undefined, undefined, 'Bearer']);
});

it('names exactly the scopes that are missing, compared whole', async () => {
  const auth = bench.authenticator();
  for (const scope of [
    'db:readonly',
    'db',
    'db:*',
    '*',
    'DB:READ',
    'db:read:all',
    'xdb:read',
    '',
    ['db:read health:read'],
    ['db', ':read'],
    { 'db:read': true },
    7,
    null,
  ]) {
    const principal = await auth.authenticate(request(await bench.signed({ claims: { scope } })));
    const failure = authFailure(thrownBy(() => auth.requireScopes(principal, ['db:read', 'health:read'])));
    expect(failure).toMatchObject({ status: 403, reason: 'insufficient_scope', body: { error: 'insufficient_scope' } });
    expect(failure?.headers['www-authenticate']).toContain('scope="db:read health:read"');
  }
  for (const changes of [
    { scope: 'openid db:read' },
    { scope: ['db:read'] },
    { scope: undefined, scp: ['db:read'] },
    { scope: undefined, scp: 'db:read' },
  ]) {
    const principal = await auth.authenticate(request(await bench.signed({ claims: changes })));
    expect(() => auth.requireScopes(principal, ['db:read'])).not.toThrow();
    expect(authFailure(thrownBy(() => auth.requireScopes(principal, ['health:read', 'db:read'])))?.headers['www-authenticate']).toContain(
      'scope="health:read"',
    );
  }
});

function thrownBy(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
