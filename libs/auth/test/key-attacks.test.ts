import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { authFailure, createApiKey, createAuthenticator, loadApiKeys } from '../src/index.ts';
import { bearer, invalid, openAttackBench, type AttackBench } from './attack-bench.ts';
import { resource } from './start-stub-issuer.ts';

let bench: AttackBench;
beforeAll(async () => {
  bench = await openAttackBench();
});
afterAll(() => bench.close());

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
