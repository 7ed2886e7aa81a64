import { createHmac, createPublicKey, generateKeyPairSync, randomUUID, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { registerSecret } from './secret-watch.ts';

/** A key pair with its public half as an issuer publishes it. */
export interface TokenKey {
  readonly privateKey: KeyObject;
  readonly jwk: JsonWebKey & { readonly kid: string; readonly alg: string; readonly use: 'sig' };
}

/** What differs from a good token or proof; `undefined` leaves a claim or a header out. */
export interface TokenChanges {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  /** Bytes are the secret of an HMAC. */
  readonly key?: KeyObject | Uint8Array;
}

/** Makes a key for tokens. */
export function makeTokenKey(alg: 'ES256' | 'RS256' | 'EdDSA' = 'ES256'): TokenKey {
  const { privateKey, publicKey } = makePair(alg);
  return { privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), alg, use: 'sig', kid: randomUUID() } };
}

function makePair(alg: 'ES256' | 'RS256' | 'EdDSA'): { privateKey: KeyObject; publicKey: KeyObject } {
  if (alg === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return alg === 'RS256' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519');
}

/**
 * Makes a JWT that no log may hold: signed by the key, or not at all where the header says `none`. Where it says `HS256` the secret is the
 * public key as text, unless the key is bytes.
 */
export function signJwt(
  header: Readonly<Record<string, unknown>>,
  claims: Readonly<Record<string, unknown>>,
  key: KeyObject | Uint8Array,
): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const input = `${encode(header)}.${encode(claims)}`;
  const jwt = `${input}.${makeSignature(input, { algorithm: header['alg'], key })}`;
  registerSecret(jwt);
  return jwt;
}

function makeSignature(input: string, { algorithm, key }: { algorithm: unknown; key: KeyObject | Uint8Array }): string {
  if (algorithm === 'none') return '';
  if (key instanceof Uint8Array || algorithm === 'HS256') {
    const secret = key instanceof Uint8Array ? key : createPublicKey(key).export({ format: 'pem', type: 'spki' });
    return createHmac('sha256', secret).update(input).digest('base64url');
  }
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  return sign(digest, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
}
