/** An authentication scheme of this library. */
export type Scheme = 'Bearer' | 'DPoP';

/** The parameters of one challenge; those that are absent are left out. */
export interface ChallengeParameters {
  error?: string;
  errorDescription?: string;
  scopes?: readonly string[];
  /** Signature algorithms for proofs; DPoP only. */
  algorithms?: readonly string[];
  resourceMetadata?: string;
}

/** Writes one challenge of a `WWW-Authenticate` header (RFC 6750 section 3, RFC 9449 section 7.1, RFC 9728 section 5.1). */
export function formatChallenge(scheme: Scheme, parameters: ChallengeParameters): string {
  const { error, errorDescription, scopes = [], algorithms = [], resourceMetadata } = parameters;
  const pairs: [string, string | undefined][] = [
    ['error', error],
    ['error_description', errorDescription],
    ['scope', scopes.length === 0 ? undefined : scopes.join(' ')],
    ['algs', algorithms.length === 0 ? undefined : algorithms.join(' ')],
    ['resource_metadata', resourceMetadata],
  ];
  const text = pairs.flatMap(([name, value]) => (value === undefined ? [] : [`${name}="${quotable(value)}"`])).join(', ');
  return text === '' ? scheme : `${scheme} ${text}`;
}

/** What RFC 6750 allows between the quotes: printable ASCII without quote and backslash. */
function quotable(text: string): string {
  return text.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '?');
}
