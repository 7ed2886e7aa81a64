import type { Refusals } from './failure/create-refusals.ts';
import type { Scheme } from './failure/format-challenge.ts';

/** Request headers: a `Headers`, or a record with lower-case names such as `headersDistinct` of `node:http`. */
export type AuthHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** What a request shows about itself. */
export interface AuthRequest {
  readonly method: string;
  /**
   * The public URL, or its path and query, which then are taken relative to the resource. Proofs are bound to it, so it must not be
   * built from a `Host` header.
   */
  readonly url: string;
  /**
   * Give `headersDistinct`, not `headers`, of `node:http`: the latter drops a second `Authorization` without a word.
   */
  readonly headers: AuthHeaders;
}

/** A token and how it came. */
export interface Credentials {
  readonly scheme: Scheme;
  readonly token: string;
  readonly proofs: readonly string[];
}

/** RFC 9110 section 11.4 with the b64token of RFC 6750. */
const pattern = /^(bearer|dpop) +([A-Za-z0-9._~+/-]+=*)$/i;
const queryNames = ['access_token', 'token', 'api_key'];

/** Reads the one credential of a request. Throws what `refusals` makes: no header, several, none of ours, too long, in the query. */
export function readCredentials(
  request: AuthRequest,
  { refusals, maxTokenBytes }: { refusals: Refusals; maxTokenBytes: number },
): Credentials {
  refuseQuery(request.url, refusals);
  const values = valuesOf(request.headers, 'authorization');
  const [value] = values;
  if (value === undefined) throw refusals.missing();
  if (values.length > 1) {
    const text = 'Send one Authorization header.';
    throw refusals.refuse({ reason: 'repeated', text, error: 'invalid_request', status: 400 });
  }
  if (value.length > maxTokenBytes) throw refusals.refuse({ reason: 'oversize', text: 'The access token is too long.' });
  const [, scheme, token] = pattern.exec(value) ?? [];
  if (scheme === undefined || token === undefined) throw refuseShape(value, refusals);
  const isDpop = scheme.length === 4;
  return { scheme: isDpop ? 'DPoP' : 'Bearer', token, proofs: isDpop ? valuesOf(request.headers, 'dpop') : [] };
}

function refuseShape(value: string, refusals: Refusals): Error {
  if (!/^(bearer|dpop)( |$)/i.test(value)) return refusals.refuse({ reason: 'scheme', text: 'This authentication scheme is not taken.' });
  const text = 'The Authorization header is malformed.';
  return refusals.refuse({ reason: 'malformed', text, error: 'invalid_request', status: 400 });
}

/** OAuth 2.1 section 5.1.2: URLs end up in logs and histories, so a token in one is refused even beside a good header. */
function refuseQuery(url: string, refusals: Refusals): void {
  const start = url.indexOf('?');
  if (start === -1) return;
  const query = new URLSearchParams(url.slice(start + 1));
  if (!queryNames.some((name) => query.has(name))) return;
  const text = 'A token in the query string is not taken. Use the Authorization header.';
  throw refusals.refuse({ reason: 'query', text, error: 'invalid_request', status: 400 });
}

function valuesOf(headers: AuthHeaders, name: string): readonly string[] {
  const value = headers instanceof Headers ? (headers.get(name) ?? undefined) : headers[name];
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
