import type { Principal } from '../principal.ts';

/** A token that holds, and what it is bound to. */
export interface VerifiedToken {
  readonly principal: Principal;
  /** Thumbprint of the key a proof must be signed with (RFC 9449 section 6); absent for a bearer token. */
  readonly jkt?: string;
  /** Until when this verdict may be used again, milliseconds since the epoch; at most `principal.expiresAt`. */
  readonly usableUntil: number;
}

/** Judges a token. Rejects with a `TokenProblem` for the caller's fault, with `UPSTREAM` when the issuer cannot be asked. */
export type TokenVerifier = (token: string) => Promise<VerifiedToken>;
