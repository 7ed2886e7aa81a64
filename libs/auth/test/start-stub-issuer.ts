import { hash, randomUUID } from 'node:crypto';
import { startStubHttp, type StubHandler, type StubHttp } from '@trellis-mcp/test-services';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

export const resource = 'https://mcp.example/mcp';

/** A key pair with its public half as the issuer publishes it. */
export interface TestKey {
  privateKey: CryptoKey;
  jwk: JWK;
}

/** An issuer whose every answer a test can change; keys and tokens are made by hand. */
export interface StubIssuer extends AsyncDisposable {
  readonly issuer: string;
  readonly http: StubHttp;
  /** Signs what `sign` makes unless told otherwise; published. */
  readonly key: TestKey;
  /** What is published. */
  keys: JWK[];
  /** Merged into the metadata. */
  metadata: Record<string, unknown>;
  /** Takes over every answer while it is set. */
  answer: StubHandler | undefined;
  /** Answers introspection. */
  introspect: StubHandler | undefined;
  /** Paths that were asked for. */
  paths(): string[];
  sign(changes?: TokenChanges): Promise<string>;
}

export interface TokenChanges {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  key?: CryptoKey | Uint8Array;
}

export async function makeKey(alg = 'ES256'): Promise<TestKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), alg, use: 'sig', kid: randomUUID() } };
}

export async function startStubIssuer(now: () => number): Promise<StubIssuer> {
  const key = await makeKey();
  const http = await startStubHttp((request, response) => {
    if (stub.answer !== undefined) return stub.answer(request, response);
    if (request.url === '/introspect' && stub.introspect !== undefined) return stub.introspect(request, response);
    const documents: Record<string, () => unknown> = {
      '/.well-known/oauth-authorization-server': metadata,
      '/jwks': () => ({ keys: stub.keys }),
    };
    const body = documents[request.url ?? '']?.();
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
    return undefined;
  });
  const issuer = http.url;
  const metadata = () => ({ issuer, jwks_uri: `${issuer}/jwks`, introspection_endpoint: `${issuer}/introspect`, ...stub.metadata });
  const stub: StubIssuer = {
    issuer,
    http,
    key,
    keys: [key.jwk],
    metadata: {},
    answer: undefined,
    introspect: undefined,
    paths: () => http.requests.map((request) => request.url),
    sign: ({ claims, header, key: signer = key.privateKey } = {}) => {
      const seconds = Math.floor(now() / 1000);
      const base = { iss: issuer, aud: resource, sub: 'alice', client_id: 'app', scope: 'db:read', jti: randomUUID() };
      return new SignJWT({ ...base, iat: seconds, exp: seconds + 300, ...claims })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key.jwk.kid ?? '', ...header })
        .sign(signer);
    },
    [Symbol.asyncDispose]: () => http.stop(),
  };
  return stub;
}

/** A client that proves possession of its key. */
export interface Prover {
  jkt: string;
  key: TestKey;
  prove(token: string, changes?: TokenChanges): Promise<string>;
}

export async function makeProver(now: () => number): Promise<Prover> {
  const key = await makeKey();
  const { kty, crv, x, y } = key.jwk;
  const jwk = { kty, crv, x, y } as JWK;
  return {
    jkt: await calculateJwkThumbprint(jwk),
    key,
    prove: (token, { claims, header, key: signer = key.privateKey } = {}) =>
      new SignJWT({
        jti: randomUUID(),
        htm: 'POST',
        htu: resource,
        iat: Math.floor(now() / 1000),
        ath: hash('sha256', token, 'base64url'),
        ...claims,
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header })
        .sign(signer),
  };
}
