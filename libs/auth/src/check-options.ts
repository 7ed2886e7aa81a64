import { AppError } from '@trellis-mcp/errors';
import { defaultAlgorithms, type AuthenticatorOptions } from './authenticator-options.ts';
import { readUrl } from './describe-resource.ts';

/** Options with their defaults, checked. */
export interface CheckedOptions {
  readonly resource: URL;
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
  readonly tokenTypes: readonly string[];
  readonly clockSkewMs: number;
  readonly introspectionReuseMs: number;
}

const maxSkewMs = 300_000;
const maxReuseMs = 60_000;
const asymmetric = /^((RS|PS|ES)(256|384|512)|EdDSA|Ed25519|ML-DSA-(44|65|87))$/;

/** Checks what would otherwise fail at the first request, or let the wrong token in. Throws `INVALID_INPUT`. */
export function checkOptions(options: AuthenticatorOptions): CheckedOptions {
  const { issuer, audience, algorithms = defaultAlgorithms, tokenTypes = ['at+jwt'], clockSkewMs = 5_000 } = options;
  const { introspectionReuseMs = 30_000, mode = 'jwt' } = options;
  const resource = readUrl('The resource', options.resource);
  if (issuer === undefined && options.apiKeys === undefined) throw wrong('An issuer or API keys are needed.');
  if (issuer !== undefined) {
    if (readUrl('The issuer', issuer).search !== '') throw wrong('The issuer has a query.');
    if (options.fetch === undefined) throw wrong('With an issuer a fetch is needed.');
    const hasClient = options.clientId !== undefined && options.clientSecret !== undefined;
    if (mode === 'introspection' && !hasClient) throw wrong('Introspection needs a client id and secret.');
  }
  const symmetric = algorithms.find((algorithm) => !asymmetric.test(algorithm));
  if (symmetric !== undefined)
    throw wrong(`The algorithm "${symmetric}" is refused: keys of issuers are public, so it must be asymmetric.`);
  if (algorithms.length === 0) throw wrong('At least one algorithm is needed.');
  if (!(clockSkewMs >= 0 && clockSkewMs <= maxSkewMs)) throw wrong(`The clock skew is 0 to ${maxSkewMs} ms.`);
  if (!(introspectionReuseMs >= 0 && introspectionReuseMs <= maxReuseMs))
    throw wrong(`An introspection answer is kept 0 to ${maxReuseMs} ms.`);
  return {
    resource,
    audiences: audience === undefined ? spellings(options.resource, resource) : [audience].flat(),
    algorithms,
    tokenTypes: tokenTypes.map((type) => type.toLowerCase().replace(/^application\//, '')),
    clockSkewMs: Math.floor(clockSkewMs / 1000) * 1000,
    introspectionReuseMs,
  };
}

/** A resource without a path is written with and without its slash; clients send what `URL` gives them. */
function spellings(text: string, resource: URL): string[] {
  return resource.pathname === '/' && resource.search === '' ? [...new Set([text, resource.origin, `${resource.origin}/`])] : [text];
}

function wrong(text: string): AppError {
  return new AppError('INVALID_INPUT', text);
}
