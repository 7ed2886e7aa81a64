import type { AuthenticatorOptions, DpopOptions } from './authenticator-options.ts';
import { checkOptions, type CheckedOptions } from './check-options.ts';
import { describeResource, locateMetadata, type ProtectedResourceMetadata } from './describe-resource.ts';
import { createNonceMint, type NonceMint } from './dpop/create-nonce-mint.ts';
import { createProofVerifier, type ProofRequest } from './dpop/create-proof-verifier.ts';
import { createRefusals, type Refusals } from './failure/create-refusals.ts';
import { createTokenSource, type TokenSource } from './create-token-source.ts';
import type { Principal } from './principal.ts';
import { readCredentials, type AuthRequest, type Credentials } from './read-credentials.ts';
import { TokenProblem } from './token/token-problem.ts';
import type { VerifiedToken } from './token/verified-token.ts';

/** What a challenge may add. */
export interface ChallengeOptions {
  error?: string;
  text?: string;
  scopes?: readonly string[];
}

/** Tells who makes a request, and what a refused one is answered. */
export interface Authenticator extends AsyncDisposable {
  /**
   * Gives the principal of a request. Rejects with an `AppError` for which `authFailure(error)` gives the HTTP answer: 400 or 401
   * (`INVALID_INPUT`, `DENIED`) for what the caller sent, 503 (`UPSTREAM`) when the issuer or the store of proofs cannot be asked.
   */
  authenticate(request: AuthRequest): Promise<Principal>;
  /** The same without a promise, so that it throws, when nothing is left to ask: for API keys, and for tokens without proof that were verified before. */
  recognise(request: AuthRequest): Principal | Promise<Principal>;
  /** Throws the 403 of a principal that lacks scopes, with exactly those in the challenge. */
  requireScopes(principal: Principal, scopes: readonly string[]): void;
  /** A `WWW-Authenticate` value for an answer that is written elsewhere. */
  challenge(options?: ChallengeOptions): string;
  /** The RFC 9728 document; undefined when only API keys are taken. */
  metadata(): ProtectedResourceMetadata | undefined;
  /** Where that document must be served, a text for `resource_metadata`; undefined when only API keys are taken. */
  readonly metadataUrl: string | undefined;
  /** The `DPoP-Nonce` for every answer to a request with a proof; undefined when no nonce is asked for. */
  dpopNonce(): string | undefined;
  /** Whether tokens can be judged, for readiness and `doctor`; asks the issuer now and then only, however often it is called. Never rejects. */
  check(): Promise<{ ok: boolean; detail?: string }>;
  /** Forgets what was verified. The store and `fetch` stay open: whoever opened them closes them. */
  close(): Promise<void>;
}

/** Makes an authenticator; the issuer is asked at the first token. Throws `INVALID_INPUT` for options that cannot work. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const checked = checkOptions(options);
  const { now = Date.now, issuer, scopes, resourceName, initialScopes = [], dpop } = options;
  const isDpopRequired = dpop?.required ?? false;
  const dpopAlgorithms = dpop === undefined ? undefined : checked.algorithms;
  const nonces = dpop?.nonce === undefined ? undefined : createNonceMint(dpop.nonce, now);
  const metadataUrl = issuer === undefined ? undefined : locateMetadata(checked.resource).href;
  const nonce = (): string | undefined => nonces?.current();
  const refusals = createRefusals({ resourceMetadata: metadataUrl, initialScopes, dpopAlgorithms, isDpopRequired, nonce });
  const described = { resource: options.resource, scopes, resourceName, dpopAlgorithms, isDpopRequired };
  const metadata = issuer === undefined ? undefined : describeResource({ ...described, issuer });
  const tokens = createTokenSource(options, checked);
  const prove = dpop === undefined ? undefined : createProver(dpop, { options, checked, nonces, now });
  const recognise = createRecognise({ options, checked, refusals, tokens, prove });
  const close = (): Promise<void> => Promise.resolve(tokens?.clear());
  return {
    authenticate: async (request) => recognise(request),
    recognise,
    requireScopes: (principal, required) => requireScopes(principal, { required, refusals }),
    challenge: (parameters) => refusals.challenge(parameters),
    metadata: () => metadata,
    metadataUrl,
    dpopNonce: nonce,
    check: async () => (await tokens?.check()) ?? { ok: true },
    close,
    [Symbol.asyncDispose]: close,
  };
}

type Prove = (request: ProofRequest) => Promise<void>;

interface ProverContext {
  options: AuthenticatorOptions;
  checked: CheckedOptions;
  nonces: NonceMint | undefined;
  now: () => number;
}

function createProver({ store, maxAgeMs = 60_000 }: DpopOptions, { options, checked, nonces, now }: ProverContext): Prove {
  const { algorithms, clockSkewMs } = checked;
  return createProofVerifier({ store, nonces, algorithms, maxAgeMs, clockSkewMs, now, onError: (error) => options.onError?.(error) });
}

function requireScopes(principal: Principal, { required, refusals }: { required: readonly string[]; refusals: Refusals }): void {
  const missing = required.filter((scope) => !principal.scopes.has(scope));
  if (missing.length === 0) return;
  const text = `More scopes are needed: ${missing.join(' ')}.`;
  throw refusals.refuse({ reason: 'insufficient_scope', text, error: 'insufficient_scope', status: 403, scopes: missing });
}

interface RecogniseContext {
  options: AuthenticatorOptions;
  checked: CheckedOptions;
  refusals: Refusals;
  tokens: TokenSource | undefined;
  prove: Prove | undefined;
}

function createRecognise(context: RecogniseContext): Authenticator['recognise'] {
  const { options, refusals, tokens } = context;
  const { apiKeys, maxTokenBytes = 8_192 } = options;
  return (request) => {
    const credentials = readCredentials(request, { refusals, maxTokenBytes });
    const { token, scheme } = credentials;
    try {
      if (apiKeys?.isKey(token) === true || tokens === undefined) {
        const principal = scheme === 'Bearer' ? apiKeys?.find(token) : undefined;
        if (principal === undefined) throw new TokenProblem('unknown_key', 'The API key is unknown or has ended.');
        return principal;
      }
      const verified = tokens.find(token);
      if (verified === undefined || scheme === 'DPoP') return judge(request, { context, credentials, tokens, known: verified });
      checkScheme(verified, { scheme, options });
      return verified.principal;
    } catch (error) {
      throw asFailure(error, { scheme, context });
    }
  };
}

interface JudgeOptions {
  context: RecogniseContext;
  credentials: Credentials;
  tokens: TokenSource;
  known: VerifiedToken | undefined;
}

/** What takes a while: a token that is seen for the first time, a proof. */
async function judge(request: AuthRequest, { context, credentials, tokens, known }: JudgeOptions): Promise<Principal> {
  const { scheme, token } = credentials;
  try {
    const verified = known ?? (await tokens.judge(token));
    checkScheme(verified, { scheme, options: context.options });
    if (verified.jkt !== undefined) await checkProof(request, { context, credentials, jkt: verified.jkt });
    return verified.principal;
  } catch (error) {
    throw asFailure(error, { scheme, context });
  }
}

/** RFC 9449 section 7: a bound token goes with a proof and never as Bearer, a token that is not bound never as DPoP. */
function checkScheme({ jkt }: VerifiedToken, { scheme, options }: { scheme: Credentials['scheme']; options: AuthenticatorOptions }): void {
  if (jkt !== undefined) {
    if (scheme === 'Bearer') throw new TokenProblem('binding', 'The access token is bound to a key, so it needs a proof.');
    return;
  }
  if (scheme === 'DPoP') throw new TokenProblem('binding', 'The access token is bound to no key, so it goes as Bearer.');
  if (options.dpop?.required === true) throw new TokenProblem('binding', 'Only access tokens that are bound to a key are taken.');
}

interface ProofOptions extends Pick<JudgeOptions, 'context' | 'credentials'> {
  jkt: string;
}

function checkProof(request: AuthRequest, { context, credentials, jkt }: ProofOptions): Promise<void> {
  const { prove, checked } = context;
  const { token, proofs } = credentials;
  if (prove === undefined) throw new TokenProblem('binding', 'Access tokens that are bound to a key are not taken here.');
  const [proof] = proofs;
  if (proof === undefined || proofs.length > 1) throw new TokenProblem('proof', 'Send one DPoP header.', { error: 'invalid_dpop_proof' });
  // A path that begins with two slashes would name a host.
  const asked = request.url.startsWith('/') ? `${checked.resource.origin}${request.url}` : request.url;
  const url = URL.parse(asked, checked.resource.href)?.href ?? '';
  return prove({ proof, token, jkt, method: request.method, url });
}

function asFailure(error: unknown, { scheme, context }: { scheme: Credentials['scheme']; context: RecogniseContext }): unknown {
  if (!(error instanceof TokenProblem)) return error;
  const { refusals, options } = context;
  const { reason, message: text, error: code, cause } = error;
  if (reason === 'issuer_unavailable' || reason === 'store_unavailable') {
    return refusals.unavailable(reason, { text, retryAfterMs: options.issuerPauseMs ?? 5_000, cause });
  }
  return refusals.refuse({ reason, text, scheme, ...(code !== undefined && { error: code }) });
}
