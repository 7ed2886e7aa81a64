import { hash, randomUUID } from 'node:crypto';
import { makeTokenKey, signJwt, type TokenChanges, type TokenKey } from './sign-jwt.ts';

/** A client that proves that it has its key (RFC 9449). */
export interface Prover {
  readonly key: TokenKey;
  /** The public half, as a proof holds it. */
  readonly jwk: Readonly<Record<string, unknown>>;
  /** Of the key (RFC 7638): `cnf.jkt` of tokens bound to it. */
  readonly thumbprint: string;
  /** Makes a proof for a token; `htm` and `htu` are claims to give. */
  prove(token: string, changes?: TokenChanges): string;
}

/** Makes a client with a key of its own. */
export function makeProver(now: () => number = Date.now): Prover {
  const key = makeTokenKey();
  const { kty, crv, x, y } = key.jwk;
  const jwk = { kty, crv, x, y };
  return {
    key,
    jwk,
    thumbprint: hash('sha256', JSON.stringify({ crv, kty, x, y }), 'base64url'),
    prove(token, { claims, header, key: signer = key.privateKey } = {}) {
      const base = { jti: randomUUID(), iat: Math.floor(now() / 1000), ath: hash('sha256', token, 'base64url') };
      return signJwt({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header }, { ...base, ...claims }, signer);
    },
  };
}
