import type { Principal } from '../principal.ts';
import { isRecord } from './is-record.ts';
import { TokenProblem } from './token-problem.ts';

/** How claims become a principal. */
export interface ClaimOptions {
  readonly clockSkewMs: number;
  /** The claim that names the tenant; without it there are no tenants. */
  readonly tenantClaim?: string | undefined;
}

/** What claims say, of a JWT or of an introspection answer. */
export interface ReadClaims {
  readonly principal: Principal;
  readonly jkt?: string;
}

const maxNameBytes = 255;

/** Reads the claims of a token whose issuer, audience and times were judged. Throws a `TokenProblem` for what makes no principal. */
export function readClaims(claims: Readonly<Record<string, unknown>>, { clockSkewMs, tenantClaim }: ClaimOptions): ReadClaims {
  const clientId = readName(claims, 'client_id') ?? readName(claims, 'azp');
  if (clientId === undefined) throw new TokenProblem('claims', 'The access token names no client.');
  const subject = readName(claims, 'sub') ?? clientId;
  const tenant = tenantClaim === undefined ? undefined : readName(claims, tenantClaim);
  if (tenantClaim !== undefined && tenant === undefined) throw new TokenProblem('claims', 'The access token names no tenant.');
  const jkt = readBinding(claims['cnf']);
  const principal: Principal = Object.freeze({
    id: subject === clientId ? `client:${clientId}` : `oauth:${subject}`,
    clientId,
    scopes: readScopes(claims),
    ...(tenant !== undefined && { tenant }),
    expiresAt: readExpiry(claims['exp']) + clockSkewMs,
  });
  return { principal, ...(jkt !== undefined && { jkt }) };
}

/** Names go into keys and log lines: bounded, and without control characters. */
function readName(claims: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = claims[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '' || Buffer.byteLength(value) > maxNameBytes || /[\p{Cc}\p{Cf}\p{Cs}]/u.test(value)) {
    throw new TokenProblem('claims', `The claim ${name} is malformed.`);
  }
  return value;
}

function readExpiry(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(Math.trunc(value * 1000))) {
    throw new TokenProblem('claims', 'The access token has no expiry.');
  }
  return value * 1000;
}

/**
 * `scope` as text (RFC 9068) or as a list, else `scp`. Scopes are compared whole, so what is no scope token of RFC 6749, such as a list
 * entry with a space in it, grants nothing.
 */
function readScopes(claims: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const value = claims['scope'] ?? claims['scp'] ?? [];
  const entries: readonly unknown[] = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : [];
  return new Set(entries.filter((entry): entry is string => typeof entry === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(entry)));
}

/** A token bound to anything but a DPoP key cannot be checked here, so it is no bearer token (RFC 7800). */
function readBinding(cnf: unknown): string | undefined {
  if (cnf === undefined) return undefined;
  const jkt = isRecord(cnf) && Object.keys(cnf).length === 1 ? cnf['jkt'] : undefined;
  if (typeof jkt !== 'string' || !/^[A-Za-z0-9_-]{43}$/.test(jkt)) {
    throw new TokenProblem('binding', 'The access token is bound in a way that cannot be checked here.');
  }
  return jkt;
}
