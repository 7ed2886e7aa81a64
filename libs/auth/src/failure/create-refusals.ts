import type { AppError } from '@trellis-mcp/errors';
import { failWith, type AuthFailure, type AuthReason } from './auth-failure.ts';
import { formatChallenge, type ChallengeParameters, type Scheme } from './format-challenge.ts';

/** What every challenge says beside its error. */
export interface RefusalOptions {
  readonly resourceMetadata: string | undefined;
  /** Named to a caller without credentials. */
  readonly initialScopes: readonly string[];
  /** Algorithms for proofs; undefined when DPoP is off. */
  readonly dpopAlgorithms: readonly string[] | undefined;
  readonly isDpopRequired: boolean;
  /** The nonce to use next; undefined when none is asked for. */
  readonly nonce: () => string | undefined;
}

/** A refusal of what the caller sent. */
export interface Refusal {
  readonly reason: AuthReason;
  readonly text: string;
  /** Default `invalid_token`. */
  readonly error?: string;
  /** The scheme the caller used. Default `Bearer`. */
  readonly scheme?: Scheme;
  readonly scopes?: readonly string[];
  readonly status?: 400 | 401 | 403;
}

/** Makes the errors of one authenticator. */
export interface Refusals {
  /** The `WWW-Authenticate` value: the scheme that was used first, with the error, then the other one that would do. */
  challenge(refusal?: Omit<Refusal, 'reason' | 'text'> & { readonly text?: string }): string;
  missing(): AppError;
  refuse(refusal: Refusal): AppError;
  unavailable(reason: AuthReason, options: { text: string; retryAfterMs: number; cause?: unknown }): AppError;
}

/** Makes the errors with the challenges of RFC 6750, RFC 9449 and RFC 9728. */
export function createRefusals(options: RefusalOptions): Refusals {
  const challenge: Refusals['challenge'] = ({ error, text, scheme = 'Bearer', scopes } = {}) => {
    const parameters: ChallengeParameters = {
      ...(error !== undefined && { error }),
      ...(text !== undefined && { errorDescription: text }),
      ...(scopes !== undefined && { scopes }),
    };
    return offered(options, scheme)
      .map((one, index) => writeChallenge(one, index === 0 ? parameters : {}, options))
      .join(', ');
  };
  const headersWith = (value: string): Record<string, string> => {
    const nonce = options.nonce();
    return { 'cache-control': 'no-store', 'www-authenticate': value, ...(nonce !== undefined && { 'dpop-nonce': nonce }) };
  };
  return {
    challenge,
    missing: () =>
      failWith({
        status: 401,
        reason: 'missing',
        headers: headersWith(challenge({ scopes: options.initialScopes })),
        body: { error_description: 'An access token is needed.' },
      }),
    refuse: ({ reason, text, error = 'invalid_token', status = 401, ...rest }) => {
      const headers = headersWith(challenge({ ...rest, error, text }));
      return failWith({ status, reason, headers, body: { error, error_description: text } });
    },
    unavailable: (reason, { text, retryAfterMs, cause }) => {
      const failure: AuthFailure = {
        status: 503,
        reason,
        headers: { 'cache-control': 'no-store', 'retry-after': String(Math.ceil(retryAfterMs / 1000)) },
        body: { error: 'temporarily_unavailable', error_description: text },
      };
      return failWith(failure, { retryAfterMs, ...(cause !== undefined && { cause }) });
    },
  };
}

/** Clients of SDK v1 read the first scheme only and know Bearer alone, so Bearer goes first unless it cannot be used. */
function offered({ dpopAlgorithms, isDpopRequired }: RefusalOptions, used: Scheme): Scheme[] {
  if (dpopAlgorithms === undefined) return ['Bearer'];
  if (isDpopRequired) return ['DPoP'];
  return used === 'DPoP' ? ['DPoP', 'Bearer'] : ['Bearer', 'DPoP'];
}

function writeChallenge(scheme: Scheme, parameters: ChallengeParameters, { resourceMetadata, dpopAlgorithms }: RefusalOptions): string {
  return formatChallenge(scheme, {
    ...parameters,
    ...(scheme === 'DPoP' && dpopAlgorithms !== undefined && { algorithms: dpopAlgorithms }),
    ...(resourceMetadata !== undefined && { resourceMetadata }),
  });
}
