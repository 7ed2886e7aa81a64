import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiKey } from '@trellis-mcp/auth';
import { makeProver, makeTokenKey, startStubIssuer, type StubIssuer } from '@trellis-mcp/test-services';
import { startGuarded } from './fixture/start-guarded.ts';
import { legacyHeaders, post, sendRaw, type Headers, type RawAnswer } from './raw-http.ts';
import { upgrade } from './raw-websocket.ts';

let issuer: StubIssuer;
let server: Awaited<ReturnType<typeof startGuarded>>;

beforeAll(async () => {
  issuer = await startStubIssuer();
  server = await startGuarded({ issuer, config: { websocket: true } });
});

afterAll(async () => {
  await server.stop();
  await issuer.stop();
});

const now = (): number => Math.floor(Date.now() / 1000);
const prover = makeProver();
const other = makeProver();
const bound = { cnf: { jkt: prover.thumbprint } };

/** The endpoint that is attacked: method and URL as a proof must name them, and the resource of good tokens. */
interface Target {
  readonly method: string;
  readonly url: string;
}

interface Row {
  readonly title: string;
  readonly status: number;
  /** Of the log line. */
  readonly reason: string;
  readonly says: RegExp;
  readonly headers: (target: Target) => Headers;
  /** Default: `invalid_token`; null for no challenge. */
  readonly error?: string | null;
  readonly path?: string;
}

const withToken =
  (make: (url: string) => string) =>
  ({ url }: Target): Headers => ({ Authorization: `Bearer ${make(url)}` });
const withClaims = (claims: Readonly<Record<string, unknown>>) => withToken((url) => issuer.issue(url, { claims }));
const withProof =
  (make: (token: string, target: Target) => string) =>
  (target: Target): Headers => {
    const token = issuer.issue(target.url, { claims: bound });
    return { Authorization: `DPoP ${token}`, DPoP: make(token, target) };
  };
const ofTarget = ({ method, url }: Target) => ({ htm: method, htu: url });

const tokens: Row[] = [
  { title: 'no token', headers: () => ({}), status: 401, reason: 'auth-missing', says: /An access token is needed/, error: '' },
  {
    title: 'nothing after Bearer',
    headers: () => ({ Authorization: 'Bearer' }),
    status: 400,
    reason: 'auth-malformed',
    says: /malformed/,
    error: 'invalid_request',
  },
  { title: 'a password', headers: () => ({ Authorization: 'Basic YTpi' }), status: 401, reason: 'auth-scheme', says: /scheme/ },
  { title: 'no JWT', headers: () => ({ Authorization: 'Bearer abc' }), status: 401, reason: 'auth-malformed', says: /malformed/ },
  {
    title: 'an API key where none are taken',
    headers: withToken(() => createApiKey({ name: 'a', scopes: [] }).key),
    status: 401,
    reason: 'auth-malformed',
    says: /malformed/,
  },
  {
    title: 'the wrong audience',
    headers: withToken(() => issuer.issue('https://evil.example')),
    status: 401,
    reason: 'auth-audience',
    says: /another resource/,
  },
  {
    title: 'a token of another resource of this host',
    headers: withToken((url) => issuer.issue(new URL('/other', url).href)),
    status: 401,
    reason: 'auth-audience',
    says: /another resource/,
  },
  {
    title: 'the wrong issuer',
    headers: withClaims({ iss: 'https://evil.example' }),
    status: 401,
    reason: 'auth-issuer',
    says: /another issuer/,
  },
  {
    title: 'the algorithm none',
    headers: withToken((url) => issuer.issue(url, { header: { alg: 'none' } })),
    status: 401,
    reason: 'auth-algorithm',
    says: /algorithm/,
  },
  {
    title: 'HS256 with the public key',
    headers: withToken((url) => issuer.issue(url, { header: { alg: 'HS256' } })),
    status: 401,
    reason: 'auth-algorithm',
    says: /algorithm/,
  },
  { title: 'an expired token', headers: withClaims({ exp: 1_700_000_000 }), status: 401, reason: 'auth-expired', says: /expired/ },
  {
    title: 'a token that is not valid yet',
    headers: withToken((url) => issuer.issue(url, { claims: { nbf: now() + 600 } })),
    status: 401,
    reason: 'auth-not_yet_valid',
    says: /not valid yet/,
  },
  { title: 'a token without an end', headers: withClaims({ exp: undefined }), status: 401, reason: 'auth-claims', says: /lacks a claim/ },
  {
    title: 'a token without a subject',
    headers: withClaims({ sub: undefined }),
    status: 401,
    reason: 'auth-claims',
    says: /lacks a claim/,
  },
  {
    title: 'a token that names no client',
    headers: withClaims({ client_id: undefined }),
    status: 401,
    reason: 'auth-claims',
    says: /no client/,
  },
  {
    title: 'a name with a line break for the log',
    headers: withClaims({ sub: 'ada\n{"level":"info"}' }),
    status: 401,
    reason: 'auth-claims',
    says: /malformed/,
  },
  {
    title: 'an unknown key id',
    headers: withToken((url) => issuer.issue(url, { header: { kid: 'unknown' } })),
    status: 401,
    reason: 'auth-key',
    says: /no key/,
  },
  {
    title: 'the signature of another key',
    headers: withToken((url) => issuer.issue(url, { key: makeTokenKey().privateKey })),
    status: 401,
    reason: 'auth-signature',
    says: /signature/,
  },
  {
    title: 'the type of an ID token',
    headers: withToken((url) => issuer.issue(url, { header: { typ: 'JWT' } })),
    status: 401,
    reason: 'auth-type',
    says: /no access token/,
  },
  {
    title: 'an oversize token',
    headers: withClaims({ filler: 'x'.repeat(9_000) }),
    status: 401,
    reason: 'auth-oversize',
    says: /too long/,
  },
  {
    title: 'a random token',
    headers: withToken(() => randomBytes(300).toString('base64url')),
    status: 401,
    reason: 'auth-malformed',
    says: /malformed/,
  },
  { title: 'a token bound to a key, as Bearer', headers: withClaims(bound), status: 401, reason: 'auth-binding', says: /bound to a key/ },
  {
    title: 'a token bound to a certificate',
    headers: withClaims({ cnf: { 'x5t#S256': 'a' } }),
    status: 401,
    reason: 'auth-binding',
    says: /bound in a way/,
  },
  {
    title: 'a proof with the wrong ath',
    headers: withProof((_token, target) => prover.prove('another token', { claims: ofTarget(target) })),
    status: 401,
    reason: 'auth-proof',
    says: /./,
    error: 'invalid_dpop_proof',
  },
  {
    title: 'a proof for another URL',
    headers: withProof((token, { method }) => prover.prove(token, { claims: { htm: method, htu: 'https://evil.example/mcp' } })),
    status: 401,
    reason: 'auth-proof',
    says: /./,
    error: 'invalid_dpop_proof',
  },
  {
    title: 'a proof for another method',
    headers: withProof((token, { url }) => prover.prove(token, { claims: { htm: 'DELETE', htu: url } })),
    status: 401,
    reason: 'auth-proof',
    says: /./,
    error: 'invalid_dpop_proof',
  },
  {
    title: 'a proof of another key',
    headers: withProof((token, target) => other.prove(token, { claims: ofTarget(target) })),
    status: 401,
    reason: 'auth-binding',
    says: /another key/,
    error: 'invalid_dpop_proof',
  },
  {
    title: 'an old proof',
    headers: withProof((token, target) => prover.prove(token, { claims: { ...ofTarget(target), iat: now() - 900 } })),
    status: 401,
    reason: 'auth-proof',
    says: /./,
    error: 'invalid_dpop_proof',
  },
  {
    title: 'the Host of somebody else',
    headers: ({ url }) => ({ Host: 'evil.example', Authorization: `Bearer ${issuer.issue(url)}` }),
    status: 403,
    reason: 'host',
    says: /Host "evil.example" is not allowed/,
    error: null,
  },
  {
    title: 'the Origin of somebody else',
    headers: ({ url }) => ({ Origin: 'https://evil.example', Authorization: `Bearer ${issuer.issue(url)}` }),
    status: 403,
    reason: 'origin',
    says: /Origin/,
    error: null,
  },
];

const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });

async function attack(road: string, { headers, path }: Pick<Row, 'headers' | 'path'>) {
  if (road === 'WebSocket') {
    const target = { method: 'GET', url: server.websocketUrl?.replace(/^ws/, 'http') ?? '' };
    return sendRaw(server.port, upgrade(path ?? '/ws', headers(target)));
  }
  const request = post(body, { ...legacyHeaders, ...headers({ method: 'POST', url: server.url }) });
  return sendRaw(server.port, request.replace('POST /mcp', `POST ${path ?? '/mcp'}`));
}

interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly says: RegExp;
}

/** Checks one refusal whole: its status, its body, and its line in the log. */
async function expectRefusal(attacked: typeof server, send: () => Promise<RawAnswer>, { status, reason, says }: Refusal) {
  const before = (await attacked.lines()).length;
  const answer = await send();
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.body)).toMatchObject({
    jsonrpc: '2.0',
    id: null,
    error: { code: -32_000, message: expect.stringMatching(says) },
  });
  const written = (await attacked.lines()).slice(before);
  expect(written).toContainEqual(expect.objectContaining({ reason, status, msg: expect.stringMatching(says) }));
  return answer;
}

describe.each(['HTTP', 'WebSocket'])('over %s', (road) => {
  const resource = (): string => (road === 'HTTP' ? server.url : (server.websocketUrl?.replace(/^ws/, 'http') ?? ''));

  it.each(tokens)('refuses $title', async ({ headers, error = 'invalid_token', ...refusal }) => {
    const answer = await expectRefusal(server, () => attack(road, { headers }), refusal);
    const challenge = /^www-authenticate: (.*)$/im.exec(answer.head)?.[1];
    if (error === null) expect(challenge).toBeUndefined();
    else expect(challenge).toContain(error === '' ? 'resource_metadata="http' : `error="${error}"`);
  });

  it('refuses a proof that was used before', async () => {
    const token = issuer.issue(resource(), { claims: bound });
    const proof = prover.prove(token, { claims: { htm: road === 'HTTP' ? 'POST' : 'GET', htu: resource() } });
    const send = () => attack(road, { headers: () => ({ Authorization: `DPoP ${token}`, DPoP: proof }) });
    expect((await send()).status).toBe(road === 'HTTP' ? 200 : 101);
    const again = await expectRefusal(server, send, { status: 401, reason: 'auth-replay', says: /proof/ });
    expect(again.head).toContain('invalid_dpop_proof');
  });

  it('refuses a token in the query string, even beside a good one', async () => {
    const path = `${road === 'HTTP' ? '/mcp' : '/ws'}?access_token=${issuer.issue(server.url)}`;
    const send = () => attack(road, { path, headers: withToken((url) => issuer.issue(url)) });
    const reason = road === 'HTTP' ? 'auth-query' : 'token-in-query';
    await expectRefusal(server, send, { status: 400, reason, says: /token in the (query|URL)/i });
  });

  it('refuses two credentials', async () => {
    const token = issuer.issue(server.url);
    const send = () => attack(road, { headers: () => ({ Authorization: `Bearer ${token}`, authorization: `Bearer ${token}` }) });
    await expectRefusal(server, send, { status: 400, reason: 'auth-repeated', says: /./ });
  });

  it('takes a token for its URL, and one for the endpoint beside it', async () => {
    const expected = road === 'HTTP' ? 200 : 101;
    expect((await attack(road, { headers: withToken((url) => issuer.issue(url)) })).status).toBe(expected);
    expect((await attack(road, { headers: withToken(() => issuer.issue(server.url)) })).status).toBe(expected);
  });
});

describe('an issuer', () => {
  it('that sends its new keys is followed without a restart', async () => {
    const fresh = await startGuarded({ issuer });
    const next = makeTokenKey();
    const send = async (): Promise<number> => {
      const token = issuer.issue(fresh.url, { header: { kid: next.jwk.kid }, key: next.privateKey });
      return (await sendRaw(fresh.port, post(body, { ...legacyHeaders, Authorization: `Bearer ${token}` }))).status;
    };
    issuer.keys = [next.jwk];
    expect(await send()).toBe(200);
    issuer.keys = [issuer.key.jwk];
    await fresh.stop();
  });

  it.each([
    { title: 'is away', change: () => (issuer.answer = (_request, response) => void response.writeHead(500).end()), logged: /status 500/ },
    {
      title: 'names keys at a private address',
      change: () => (issuer.metadata = { jwks_uri: 'http://10.0.0.1/keys' }),
      logged: /did not answer as it should/,
    },
    { title: 'names itself otherwise', change: () => (issuer.metadata = { issuer: 'https://evil.example' }), logged: /another issuer/ },
  ])('that $title is 503, not 401', async ({ change, logged }) => {
    Object.assign(issuer, { answer: undefined, metadata: {} });
    change();
    const fresh = await startGuarded({ issuer });
    const token = issuer.issue(fresh.url);
    const send = () => sendRaw(fresh.port, post(body, { ...legacyHeaders, Authorization: `Bearer ${token}` }));
    const says = /authorization server cannot be asked now/;
    const answer = await expectRefusal(fresh, send, { status: 503, reason: 'auth-issuer_unavailable', says });
    expect(answer.head).toMatch(/retry-after: \d+/i);
    expect(JSON.stringify(await fresh.lines())).toMatch(logged);
    expect((await fresh.health.report()).checks).toContainEqual(expect.objectContaining({ name: 'auth', ok: false }));
    await fresh.stop();
  });
});
