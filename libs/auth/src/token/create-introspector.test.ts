import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { resource, startStubIssuer, type StubIssuer } from '../../test/start-stub-issuer.ts';
import { authFailure, createAuthenticator, type Authenticator } from '../index.ts';

let at: number;
let stub: StubIssuer;
let isActive: boolean;

beforeEach(async () => {
  at = Date.now();
  isActive = true;
  stub = await startStubIssuer(() => at);
  stub.introspect = (_request, response) => {
    const claims = { client_id: 'app', sub: 'alice', aud: [resource], exp: Math.floor(at / 1000) + 3_600, scope: 'db:read' };
    response.end(JSON.stringify(isActive ? { active: true, ...claims } : { active: false }));
  };
});
afterEach(() => stub.http.stop());

const authenticator = (onError?: (error: unknown) => void): Authenticator =>
  createAuthenticator({
    issuer: stub.issuer,
    resource,
    scopes: [],
    fetch,
    now: () => at,
    mode: 'introspection',
    clientId: 'my server',
    clientSecret: 'a:b%+c',
    ...(onError !== undefined && { onError }),
  });
const outcome = (auth: Authenticator, token = 'opaque'): Promise<unknown> =>
  auth.authenticate({ method: 'POST', url: '/', headers: { authorization: `Bearer ${token}` } }).then(
    ({ id }) => id,
    (error: unknown) => authFailure(error)?.reason,
  );
const asked = (): number => stub.paths().filter((path) => path === '/introspect').length;

it('asks once for many calls, and says who it is as RFC 6749 has it', async () => {
  const auth = authenticator();
  await expect(Promise.all(Array.from({ length: 20 }, () => outcome(auth)))).resolves.toEqual(
    Array.from({ length: 20 }, () => 'oauth:alice'),
  );
  await outcome(auth);
  expect(asked()).toBe(1);
  expect(String(Buffer.from(stub.http.requests.at(-1)?.headers.authorization?.slice(6) ?? '', 'base64'))).toBe('my+server:a%3Ab%25%2Bc');
});

it('hears of a revocation within a minute', async () => {
  const auth = authenticator();
  await outcome(auth);
  isActive = false;
  at += 29_999;
  await expect(outcome(auth)).resolves.toBe('oauth:alice');
  at += 1;
  await expect(outcome(auth)).resolves.toBe('inactive');
});

it('refuses rather than trusts an old answer when the issuer is away', async () => {
  const auth = authenticator();
  await outcome(auth);
  stub.answer = (request) => void request.socket.destroy();
  at += 60_000;
  await expect(outcome(auth)).resolves.toBe('issuer_unavailable');
});

it('keeps no refusal: a token that becomes active is taken', async () => {
  const auth = authenticator();
  isActive = false;
  await expect(outcome(auth)).resolves.toBe('inactive');
  isActive = true;
  await expect(outcome(auth)).resolves.toBe('oauth:alice');
});

it('does not let a flood of tokens wait without end, nor report each of them', async () => {
  const reported: unknown[] = [];
  const auth = authenticator((error) => reported.push(error));
  stub.introspect = () => undefined;
  const outcomes = Promise.all(Array.from({ length: 600 }, (_unused, index) => outcome(auth, `token-${index}`)));
  await new Promise((resolve) => setTimeout(resolve, 200));
  await stub.http.stop();
  expect(new Set(await outcomes)).toEqual(new Set(['issuer_unavailable']));
  expect(reported.length).toBeLessThan(100);
});
