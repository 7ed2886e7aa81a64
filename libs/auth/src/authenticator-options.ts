import type { AppError } from '@trellis-mcp/errors';
import type { KeyStore } from '@trellis-mcp/stores';
import type { ApiKeys } from './api-key/load-api-keys.ts';
import type { DpopNonceOptions } from './dpop/create-nonce-mint.ts';

/** Proof of possession (RFC 9449). Without it a token that is bound to a key is refused. */
export interface DpopOptions {
  /** Remembers used proofs; shared by all replicas. In memory open it with `whenFull: 'refuse'`, or an evicted proof could be replayed. */
  store: KeyStore;
  /** Refuses tokens that are bound to no key. API keys are still taken. Default false. */
  required?: boolean;
  /** Asks for a nonce of this server in every proof. Default: none. */
  nonce?: DpopNonceOptions;
  /** Age of a proof, in milliseconds. Default 60,000. */
  maxAgeMs?: number;
}

/** How a request is authenticated: by tokens of an issuer, by API keys, or by either. */
export interface AuthenticatorOptions {
  /** The public URL of the protected resource, such as `https://example.com/mcp`. */
  resource: string;
  /** Every scope of this server, for the metadata. */
  scopes: readonly string[];
  /** The authorization server, exactly as it writes itself. Without it only API keys are taken. */
  issuer?: string;
  /** Asks the issuer; give the guarded one of `@trellis-mcp/egress`. Needed with `issuer`. */
  fetch?: typeof globalThis.fetch;
  /** What a token's `aud` must hold, one of them (RFC 8707). Default: the resource. */
  audience?: string | readonly string[];
  /** `jwt` (RFC 9068) or `introspection` (RFC 7662). Default `jwt`. */
  mode?: 'jwt' | 'introspection';
  /** This server's own client at the issuer; needed for introspection. */
  clientId?: string;
  clientSecret?: string;
  /** How long an introspection answer is used again, at most 60,000 ms. Default 30,000. */
  introspectionReuseMs?: number;
  /** Skips discovery. */
  jwksUri?: string;
  /** Skips discovery. */
  introspectionEndpoint?: string;
  /** Signature algorithms of tokens and proofs, asymmetric ones only. Default {@link defaultAlgorithms}. */
  algorithms?: readonly string[];
  /** `typ` headers of access tokens. Default `['at+jwt']`; add `JWT` for issuers that cannot set it. */
  tokenTypes?: readonly string[];
  /** How far clocks may be apart, in milliseconds, whole seconds of it count. Default 5,000, at most 300,000. */
  clockSkewMs?: number;
  /** The claim that names the tenant; a token without it is then refused. Default: no tenants. */
  tenantClaim?: string;
  dpop?: DpopOptions;
  apiKeys?: ApiKeys;
  /** Scopes that the first challenge asks for. Default: none, which leaves the choice to the client. */
  initialScopes?: readonly string[];
  /** A name for people, in the metadata. */
  resourceName?: string;
  /** For one request to the issuer, in milliseconds. Default 5,000. */
  issuerTimeoutMs?: number;
  /** How long the issuer is left alone after three failures in a row, and the `Retry-After`; in milliseconds. Default 5,000. */
  issuerPauseMs?: number;
  /** Largest `Authorization` header. Default 8,192. */
  maxTokenBytes?: number;
  /** Verified tokens kept. Default 10,000. */
  maxCachedTokens?: number;
  /** The clock, in epoch milliseconds. Default `Date.now`. */
  now?: () => number;
  /** Hears why the issuer or the store could not be asked. Never holds a token. */
  onError?: (error: AppError) => void;
}

/** Signature algorithms that are taken unless told otherwise. */
export const defaultAlgorithms: readonly string[] = ['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA', 'Ed25519'];
