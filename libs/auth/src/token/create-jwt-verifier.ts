import { isAppError } from '@trellis-mcp/errors';
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose';
import type { KeySource } from '../issuer/create-key-source.ts';
import { readClaims, type ClaimOptions } from './read-claims.ts';
import { TokenProblem } from './token-problem.ts';
import type { TokenVerifier } from './verified-token.ts';

/** How JWT access tokens are judged. */
export interface JwtOptions extends ClaimOptions {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
  /** Accepted `typ` headers, lower case, without `application/`. */
  readonly tokenTypes: readonly string[];
  readonly keys: KeySource;
  readonly now: () => number;
}

/** A verdict is used again for so long at most: then a withdrawn key is noticed. */
const maxReuseMs = 5 * 60_000;

/** Judges JWT access tokens (RFC 9068 section 4). What the token says of itself is looked at before a key is fetched for it. */
export function createJwtVerifier(options: JwtOptions): TokenVerifier {
  const { issuer, audiences, algorithms, keys, clockSkewMs, now } = options;
  return async (token) => {
    refuseEarly(token, options);
    const at = now();
    try {
      const { payload } = await jwtVerify(token, (header, input) => keys.find(header, input), {
        issuer,
        audience: [...audiences],
        algorithms: [...algorithms],
        clockTolerance: Math.floor(clockSkewMs / 1000),
        currentDate: new Date(at),
        requiredClaims: ['exp', 'iat', 'sub'],
      });
      const claims = readClaims(payload, options);
      return { ...claims, usableUntil: Math.min(claims.principal.expiresAt, at + maxReuseMs) };
    } catch (error) {
      throw explain(error);
    }
  };
}

function refuseEarly(token: string, { algorithms, tokenTypes, issuer }: JwtOptions): void {
  const { header, payload } = decode(token);
  const type = header.typ?.toLowerCase().replace(/^application\//, '');
  if (type === undefined || !tokenTypes.includes(type)) throw new TokenProblem('type', 'This is no access token (typ).');
  if (header.alg === undefined || !algorithms.includes(header.alg))
    throw new TokenProblem('algorithm', 'The signature algorithm is not taken.');
  if (payload.iss !== issuer) throw new TokenProblem('issuer', 'The access token is of another issuer.');
  if (type !== 'at+jwt' && isOtherToken(payload)) throw new TokenProblem('type', 'This is no access token.');
}

function decode(token: string): { header: { alg?: string; typ?: string }; payload: JWTPayload } {
  try {
    return { header: decodeProtectedHeader(token), payload: decodeJwt(token) };
  } catch {
    throw new TokenProblem('malformed', 'The access token is malformed.');
  }
}

/** Issuers that do not set `typ` to `at+jwt` give ID and refresh tokens the same one; these claims tell them apart. */
function isOtherToken(payload: JWTPayload): boolean {
  const kind = payload['typ'];
  return (
    ['nonce', 'at_hash', 'c_hash', 'events'].some((name) => name in payload) ||
    (typeof kind === 'string' && kind !== 'Bearer' && kind !== 'DPoP')
  );
}

const unreadable = [errors.JWSInvalid, errors.JWTInvalid, errors.JOSENotSupported];

/** jose's errors carry the claims, so they are not passed on as a cause. */
function explain(error: unknown): unknown {
  if (error instanceof TokenProblem || isAppError(error)) return error;
  if (error instanceof errors.JWTExpired) return new TokenProblem('expired', 'The access token has expired.');
  if (error instanceof errors.JWTClaimValidationFailed) return explainClaim(error.claim);
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return new TokenProblem('signature', 'The signature of the access token is wrong.');
  if (error instanceof errors.JOSEAlgNotAllowed) return new TokenProblem('algorithm', 'The signature algorithm is not taken.');
  if (unreadable.some((kind) => error instanceof kind)) return new TokenProblem('malformed', 'The access token is malformed.');
  return new TokenProblem('key', 'The issuer has no key for this access token.');
}

function explainClaim(claim: string): TokenProblem {
  if (claim === 'aud') return new TokenProblem('audience', 'The access token is for another resource.');
  if (claim === 'nbf') return new TokenProblem('not_yet_valid', 'The access token is not valid yet.');
  if (claim === 'iss') return new TokenProblem('issuer', 'The access token is of another issuer.');
  return new TokenProblem('claims', 'The access token lacks a claim.');
}
