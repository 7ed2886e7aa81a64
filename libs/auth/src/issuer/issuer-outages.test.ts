import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { AppError } from '@trellis-mcp/errors';
import { makeTokenKey, type TokenKey, type StubHandler, until } from '@trellis-mcp/test-services';
import { resource, startStubIssuer, type StubIssuer } from '../../test/start-stub-issuer.ts';
import { authFailure, createAuthenticator, type Authenticator, type AuthenticatorOptions } from '../index.ts';

let at: number;
let stub: StubIssuer;
let reported: AppError[];

beforeEach(async () => {
  at = Date.now();
  reported = [];
  stub = await startStubIssuer(() => at);
});
afterEach(() => stub.http.stop());

const authenticator = (options: Partial<AuthenticatorOptions> = {}): Authenticator =>
  createAuthenticator({
    issuer: stub.issuer,
    resource,
    scopes: [],
    fetch,
    now: () => at,
    issuerPauseMs: 1_000,
    onError: (error) => reported.push(error),
    ...options,
  });

/** `taken`, or status and reason of the refusal. */
const outcome = async (auth: Authenticator, token: string): Promise<string> =>
  auth.authenticate({ method: 'POST', url: '/mcp', headers: { authorization: `Bearer ${token}` } }).then(
    () => 'taken',
    (error: unknown) => {
      const failure = authFailure(error);
      return `${failure?.status} ${failure?.reason}`;
    },
  );
const rotate = async (): Promise<TokenKey> => {
  const next = makeTokenKey();
  stub.keys = [next.jwk];
  return next;
};
const signWith = ({ jwk, privateKey }: TokenKey): Promise<string> => stub.sign({ header: { kid: jwk.kid }, key: privateKey });
const jwksRequests = (): number => stub.paths().filter((path) => path === '/jwks').length;
const down: StubHandler = (request) => void request.socket.destroy();
const away = '503 issuer_unavailable';

it('a rotated key is fetched for the first token that names it, and not for each of many unknown ones', async () => {
  const auth = authenticator();
  await expect(outcome(auth, await stub.sign())).resolves.toBe('taken');
  const token = await signWith(await rotate());
  at += 10_000;
  await expect(outcome(auth, token)).resolves.toBe('taken');
  const before = jwksRequests();
  const strangers = await Promise.all(Array.from({ length: 20 }, async () => signWith(makeTokenKey())));
  for (const one of strangers) await expect(outcome(auth, one)).resolves.toBe('401 key');
  expect(jwksRequests()).toBe(before);
  at += 10_000;
  await Promise.all(strangers.map((one) => outcome(auth, one)));
  expect(jwksRequests()).toBe(before + 1);
});

it('a withdrawn key ends the tokens it signed within 15 minutes, also those in the cache', async () => {
  const auth = authenticator();
  const [one, other] = await Promise.all([1, 2].map(() => stub.sign({ claims: { exp: Math.floor(at / 1000) + 7_200 } })));
  await expect(outcome(auth, one ?? '')).resolves.toBe('taken');
  await rotate();
  at += 599_999;
  await expect(outcome(auth, one ?? '')).resolves.toBe('taken');
  at += 1;
  await expect(outcome(auth, other ?? '')).resolves.toBe('401 key');
  at += 299_999;
  await expect(outcome(auth, one ?? '')).resolves.toBe('401 key');
});

it('a rotated key is fetched also when the clock went far back', async () => {
  const auth = authenticator();
  at += 86_400_000;
  await expect(auth.check()).resolves.toEqual({ ok: true });
  at -= 86_400_000;
  await expect(outcome(auth, await signWith(await rotate()))).resolves.toBe('taken');
});

it.each<[string, StubHandler]>([
  ['cuts the connection', down],
  ['answers 500', (_request, response) => void response.writeHead(500).end()],
  ['answers 404', (_request, response) => void response.writeHead(404).end()],
  ['redirects', (_request, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
  ['says nothing', () => undefined],
  ['starts and stops', (_request, response) => void response.writeHead(200).write('{')],
  ['sends HTML', (_request, response) => void response.end('<html>')],
  ['sends a list', (_request, response) => void response.end('[]')],
  ['sends null', (_request, response) => void response.end('null')],
  [
    'names another issuer',
    (_request, response) => void response.end('{"issuer":"https://evil.example","jwks_uri":"https://evil.example/"}'),
  ],
  ['sends a body without end', (_request, response) => void response.end('x'.repeat(2_000_000))],
])('an issuer that is away makes it 503 when it %s', async (_title, answer) => {
  stub.answer = answer;
  await expect(outcome(authenticator({ issuerTimeoutMs: 500 }), await stub.sign())).resolves.toBe(away);
  expect(reported.map((error) => error.code)).toEqual(['UPSTREAM']);
});

it.each<[string, unknown]>([
  ['no list of keys', {}],
  ['keys that are none', { keys: 'x' }],
  ['a list', []],
])('an issuer that is away makes it 503 when its key set is %s', async (_title, set) => {
  stub.answer = (request, response) => {
    const body = request.url === '/jwks' ? set : { issuer: stub.issuer, jwks_uri: `${stub.issuer}/jwks` };
    response.end(JSON.stringify(body));
  };
  await expect(outcome(authenticator(), await stub.sign())).resolves.toBe(away);
});

it('an issuer that is away makes it 503 when the guard refuses where its metadata points', async () => {
  stub.metadata = { jwks_uri: 'http://169.254.169.254/latest/meta-data' };
  const guarded: typeof fetch = (input, init) => {
    if (new Request(input).url.startsWith(stub.issuer)) return fetch(input, init);
    return Promise.reject(new AppError('DENIED', 'No public address.', { hint: 'Set the flag.' }));
  };
  await expect(outcome(authenticator({ fetch: guarded }), await stub.sign())).resolves.toBe(away);
  expect(reported[0]).toMatchObject({ code: 'UPSTREAM', hint: 'Set the flag.' });
});

it('an issuer that is away does not follow the metadata of an https issuer to plain HTTP', async () => {
  const asked: string[] = [];
  const metadata = { issuer: 'https://idp.example', jwks_uri: 'http://idp.example/jwks' };
  const answer: typeof fetch = (input) => {
    asked.push(new Request(input).url);
    return Promise.resolve(Response.json(metadata));
  };
  const auth = authenticator({ issuer: 'https://idp.example', fetch: answer });
  await expect(outcome(auth, await stub.sign({ claims: { iss: 'https://idp.example' } }))).resolves.toBe(away);
  expect(asked).toEqual(['https://idp.example/.well-known/oauth-authorization-server']);
});

it('an issuer that is away is left alone after three failures, and asked again after the pause', async () => {
  stub.answer = down;
  const token = await stub.sign();
  const [patient, quick] = [authenticator({ issuerPauseMs: 3_600_000 }), authenticator({ issuerPauseMs: 50 })];
  for (let attempt = 0; attempt < 10; attempt += 1) await expect(outcome(patient, token)).resolves.toBe(away);
  expect(stub.paths()).toHaveLength(3);
  for (let attempt = 0; attempt < 3; attempt += 1) await expect(outcome(quick, token)).resolves.toBe(away);
  stub.answer = undefined;
  await until(async () => (await outcome(quick, token)) === 'taken');
});

it('an issuer that is away is asked once by many callers at a time', async () => {
  const [auth, tokens] = [authenticator(), await Promise.all(Array.from({ length: 30 }, () => stub.sign()))];
  await expect(Promise.all(tokens.map((token) => outcome(auth, token)))).resolves.toEqual(tokens.map(() => 'taken'));
  expect(stub.paths()).toEqual(['/.well-known/oauth-authorization-server', '/jwks']);
});

it('an issuer that is away stops no token whose key is known, for an hour', async () => {
  const auth = authenticator();
  await outcome(auth, await stub.sign());
  stub.answer = down;
  at += 30 * 60_000;
  await expect(outcome(auth, await stub.sign())).resolves.toBe('taken');
  at += 31 * 60_000;
  await expect(outcome(auth, await stub.sign())).resolves.toBe(away);
});

it('an issuer that is away makes it 503, not 401, for a key that it may have made since', async () => {
  const auth = authenticator();
  await outcome(auth, await stub.sign());
  stub.answer = down;
  at += 10_000;
  await expect(outcome(auth, await signWith(makeTokenKey()))).resolves.toBe(away);
});

it('an issuer that is away is reported by check once no key can be used, and check asks seldom', async () => {
  const auth = authenticator();
  for (let run = 0; run < 5; run += 1) await expect(auth.check()).resolves.toEqual({ ok: true });
  expect(jwksRequests()).toBe(1);
  stub.answer = down;
  at += 59 * 60_000;
  await expect(auth.check()).resolves.toEqual({ ok: true });
  at += 60_000;
  await expect(auth.check()).resolves.toMatchObject({ ok: false });
  await expect(authenticator({ mode: 'introspection', clientId: 'a', clientSecret: 'b' }).check()).resolves.toMatchObject({ ok: false });
});

it('an issuer is found where OpenID Connect puts its metadata, and not asked at all when its keys are named', async () => {
  stub.answer = (request, response) => {
    const documents: Record<string, unknown> = {
      '/.well-known/openid-configuration': { issuer: stub.issuer, jwks_uri: `${stub.issuer}/jwks` },
      '/jwks': { keys: stub.keys },
    };
    const body = documents[request.url ?? ''];
    response.writeHead(body === undefined ? 404 : 200).end(JSON.stringify(body));
  };
  await expect(outcome(authenticator(), await stub.sign())).resolves.toBe('taken');
  const before = stub.paths().length;
  await expect(outcome(authenticator({ jwksUri: `${stub.issuer}/jwks` }), await stub.sign())).resolves.toBe('taken');
  expect(stub.paths().slice(before)).toEqual(['/jwks']);
});
