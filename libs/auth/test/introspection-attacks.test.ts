import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, it } from '@jest/globals';
import type { AuthReason } from '../src/index.ts';
import { bearer, canary, invalid, openAttackBench, seconds, type Attack, type AttackBench } from './attack-bench.ts';
import { resource } from './start-stub-issuer.ts';

let bench: AttackBench;
beforeAll(async () => {
  bench = await openAttackBench();
});
afterAll(() => bench.close());

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
