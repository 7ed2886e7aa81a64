import type { AppError } from '@trellis-mcp/errors';
import type { AuthenticatorOptions } from './authenticator-options.ts';
import type { CheckedOptions } from './check-options.ts';
import { createIssuerClient } from './issuer/create-issuer-client.ts';
import { createKeySource } from './issuer/create-key-source.ts';
import { createIntrospector } from './token/create-introspector.ts';
import { createJwtVerifier } from './token/create-jwt-verifier.ts';
import { createTokenCache, type TokenCache } from './token/create-token-cache.ts';

/** Tokens of the issuer. */
export interface TokenSource extends TokenCache {
  /** Whether tokens can be judged. Never rejects. */
  check(): Promise<{ ok: boolean; detail?: string }>;
}

/** A check that is called often asks an issuer of introspection at most every 30 seconds. */
const askEveryMs = 30_000;

/** Wires what judges tokens; undefined without an issuer. */
export function createTokenSource(options: AuthenticatorOptions, checked: CheckedOptions): TokenSource | undefined {
  const { issuer, fetch, now = Date.now, onError, issuerTimeoutMs = 5_000, issuerPauseMs = 5_000, maxCachedTokens = 10_000 } = options;
  if (issuer === undefined || fetch === undefined) return undefined;
  const report = (error: AppError): void => onError?.(error);
  const client = createIssuerClient({ fetch, timeoutMs: issuerTimeoutMs, pauseMs: issuerPauseMs, onError: report });
  const common = { ...checked, issuer, client, now, tenantClaim: options.tenantClaim };
  const { verify, ask } = options.mode === 'introspection' ? createIntrospection() : createVerification();
  const check = (): Promise<{ ok: boolean; detail?: string }> =>
    ask().then(
      () => ({ ok: true }),
      () => ({ ok: false, detail: 'The authorization server does not answer as it should.' }),
    );
  return { ...createTokenCache({ verify, maxTokens: maxCachedTokens, now }), check };

  function createIntrospection() {
    const introspector = createIntrospector({
      ...common,
      clientId: options.clientId ?? '',
      clientSecret: options.clientSecret ?? '',
      introspectionEndpoint: options.introspectionEndpoint,
      reuseMs: checked.introspectionReuseMs,
    });
    return { verify: introspector.verify, ask: nowAndThen(introspector.check, now) };
  }

  function createVerification() {
    const keys = createKeySource({ ...common, jwksUri: options.jwksUri });
    return { verify: createJwtVerifier({ ...common, keys }), ask: () => keys.refresh() };
  }
}

/** Runs a check that went well again only after a while. */
function nowAndThen(run: () => Promise<void>, now: () => number): () => Promise<void> {
  let wentWellAt = -Infinity;
  return async () => {
    if (now() - wentWellAt < askEveryMs) return;
    await run();
    wentWellAt = now();
  };
}
