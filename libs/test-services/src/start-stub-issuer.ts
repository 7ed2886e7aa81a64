import { randomUUID } from 'node:crypto';
import { makeTokenKey, signJwt, type TokenChanges, type TokenKey } from './sign-jwt.ts';
import { startStubHttp, type StubHandler, type StubHttp } from './start-stub-http.ts';

/** What a {@link StubIssuer} begins with. */
export interface StubIssuerOptions {
  /** Default: `Date.now`. */
  readonly now?: () => number;
  /** Of every token, beside those of a user `ada` of the client `app`. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** An issuer of access tokens (RFC 9068) whose every answer a test can change. */
export interface StubIssuer extends AsyncDisposable {
  readonly issuer: string;
  readonly http: StubHttp;
  /** Signs tokens unless told otherwise; published. */
  readonly key: TokenKey;
  /** What is published. */
  keys: object[];
  /** Merged into the metadata. */
  metadata: Readonly<Record<string, unknown>>;
  /** Takes over every answer while it is set. */
  answer: StubHandler | undefined;
  /** Answers introspection at `/introspect`, which is in the metadata while it is set. */
  introspect: StubHandler | undefined;
  /** Makes a token of five minutes for a resource. */
  issue(audience: string, changes?: TokenChanges): string;
  stop(): Promise<void>;
}

/** Starts an issuer on 127.0.0.1 that asks nobody: tests make its tokens. */
export async function startStubIssuer({ now = Date.now, claims: common = {} }: StubIssuerOptions = {}): Promise<StubIssuer> {
  const key = makeTokenKey();
  const http = await startStubHttp((request, response) => {
    if (stub.answer !== undefined) return stub.answer(request, response);
    if (request.url === '/introspect' && stub.introspect !== undefined) return stub.introspect(request, response);
    const body = findDocument(request.url, stub);
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
    return undefined;
  });
  const issuer = http.url;
  const stop = (): Promise<void> => http.stop();
  const stub: StubIssuer = {
    ...{ issuer, http, key, stop, keys: [key.jwk], metadata: {}, answer: undefined, introspect: undefined },
    issue(aud, { claims, header, key: signer = key.privateKey } = {}) {
      const seconds = Math.floor(now() / 1000);
      const base = { iss: issuer, aud, sub: 'ada', client_id: 'app', iat: seconds, exp: seconds + 300, jti: randomUUID() };
      return signJwt({ alg: 'ES256', typ: 'at+jwt', kid: key.jwk.kid, ...header }, { ...base, ...common, ...claims }, signer);
    },
    [Symbol.asyncDispose]: stop,
  };
  return stub;
}

function findDocument(path: string | undefined, { issuer, keys, metadata, introspect }: StubIssuer): object | undefined {
  const introspection = introspect === undefined ? {} : { introspection_endpoint: `${issuer}/introspect` };
  switch (path) {
    case '/.well-known/oauth-authorization-server':
      return { issuer, jwks_uri: `${issuer}/jwks`, ...introspection, ...metadata };
    case '/jwks':
      return { keys };
    default:
      return undefined;
  }
}
