import { hash, timingSafeEqual } from 'node:crypto';
import { isAppError, type AppError } from '@trellis-mcp/errors';
import type { KeyStore } from '@trellis-mcp/stores';
import { calculateJwkThumbprint, decodeProtectedHeader, EmbeddedJWK, errors, jwtVerify, type CryptoKey, type JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import { TokenProblem } from '../token/token-problem.ts';
import { isSameTarget } from './is-same-target.ts';
import type { NonceMint } from './create-nonce-mint.ts';

/** How proofs are judged. */
export interface ProofOptions {
  /** Remembers the proofs that were used. In memory it must be opened with `whenFull: 'refuse'`. */
  readonly store: KeyStore;
  readonly nonces: NonceMint | undefined;
  readonly algorithms: readonly string[];
  /** How old a proof may be, in milliseconds. */
  readonly maxAgeMs: number;
  readonly clockSkewMs: number;
  readonly now: () => number;
  /** Hears why the store failed. */
  readonly onError: (error: AppError) => void;
}

/** A proof and what it must prove. */
export interface ProofRequest {
  readonly proof: string;
  readonly token: string;
  /** Thumbprint the token is bound to. */
  readonly jkt: string;
  readonly method: string;
  /** The public URL. */
  readonly url: string;
}

const maxProofBytes = 4_096;
const maxIdLength = 512;
const maxKeys = 1_000;

interface ProofKey {
  key: CryptoKey;
  thumbprint: string;
}

type KeyCache = LRUCache<string, ProofKey>;

/**
 * Makes the check of RFC 9449 section 4.3. It rejects with a `TokenProblem`. A proof is remembered only
 * after everything else holds, so nobody without a bound token can fill the store.
 */
export function createProofVerifier(options: ProofOptions): (request: ProofRequest) => Promise<void> {
  const { nonces } = options;
  const keys: KeyCache = new LRUCache({ max: maxKeys });
  return async (request) => {
    if (request.proof.length > maxProofBytes) throw problem('The DPoP proof is too long.');
    const { payload, thumbprint } = await readProof(request.proof, { ...options, keys });
    if (!isSame(thumbprint, request.jkt)) throw problem('The DPoP proof is signed with another key than the token is bound to.', 'binding');
    if (payload['htm'] !== request.method) throw problem('The DPoP proof is for another method (htm).');
    if (!isSameTarget(payload['htu'], request.url)) throw problem('The DPoP proof is for another URL (htu).');
    if (!isSame(payload['ath'], hash('sha256', request.token, 'base64url')))
      throw problem('The DPoP proof is for another access token (ath).');
    if (nonces !== undefined && !(typeof payload['nonce'] === 'string' && nonces.isKnown(payload['nonce']))) {
      throw new TokenProblem('nonce', 'The DPoP proof needs the nonce of this server.', { error: 'use_dpop_nonce' });
    }
    await useOnce(payload.jti, { ...options, jkt: request.jkt });
  };
}

async function useOnce(id: unknown, { jkt, store, maxAgeMs, clockSkewMs, onError }: ProofOptions & { jkt: string }): Promise<void> {
  if (typeof id !== 'string' || id === '' || id.length > maxIdLength) throw problem('The DPoP proof has no usable id (jti).');
  const key = `dpop:${jkt}:${hash('sha256', id, 'base64url')}`;
  const isFirst = await store.add(key, '1', { ttlMs: maxAgeMs + 2 * clockSkewMs + 1_000 }).catch((cause: unknown) => {
    if (isAppError(cause)) onError(cause);
    throw new TokenProblem('store_unavailable', 'Proofs cannot be checked now.', { cause });
  });
  if (!isFirst) throw problem('The DPoP proof was used before.', 'replay');
}

async function readProof(proof: string, options: ProofOptions & { keys: KeyCache }): Promise<{ payload: JWTPayload; thumbprint: string }> {
  const { algorithms, maxAgeMs, clockSkewMs, now, keys } = options;
  try {
    const { key, thumbprint } = await readKey(proof, keys);
    const { payload } = await jwtVerify(proof, key, {
      typ: 'dpop+jwt',
      algorithms: [...algorithms],
      maxTokenAge: Math.floor(maxAgeMs / 1000),
      clockTolerance: Math.floor(clockSkewMs / 1000),
      currentDate: new Date(now()),
      requiredClaims: ['htm', 'htu', 'iat', 'jti', 'ath'],
    });
    return { payload, thumbprint };
  } catch (error) {
    const isOld = error instanceof errors.JWTExpired || (error instanceof errors.JWTClaimValidationFailed && error.claim === 'iat');
    throw problem(isOld ? 'The DPoP proof is too old, or from the future (iat).' : 'The DPoP proof is malformed.');
  }
}

/** A client proves with one key again and again; to read it costs more than to check a signature. */
async function readKey(proof: string, keys: KeyCache): Promise<ProofKey> {
  const { alg, jwk } = decodeProtectedHeader(proof);
  const id = JSON.stringify([alg, jwk]);
  const known = keys.get(id);
  if (known !== undefined) return known;
  const header = { ...(alg !== undefined && { alg }), ...(jwk !== undefined && { jwk }) };
  const key = await EmbeddedJWK(header);
  const found = { key, thumbprint: await calculateJwkThumbprint(jwk ?? {}, 'sha256') };
  keys.set(id, found);
  return found;
}

function problem(text: string, reason: 'proof' | 'binding' | 'replay' = 'proof'): TokenProblem {
  return new TokenProblem(reason, text, { error: 'invalid_dpop_proof' });
}

function isSame(one: unknown, other: string): boolean {
  if (typeof one !== 'string') return false;
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
