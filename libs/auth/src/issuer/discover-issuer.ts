import { AppError } from '@trellis-mcp/errors';
import { readJson } from './read-json.ts';
import { isRecord } from '../token/is-record.ts';
import type { IssuerClient } from './create-issuer-client.ts';

/** What of the issuer's metadata (RFC 8414) is used. */
export interface IssuerMetadata {
  readonly jwksUri: string | undefined;
  readonly introspectionEndpoint: string | undefined;
}

/**
 * Reads the metadata of an issuer where RFC 8414 puts it, then where OpenID Connect does. Rejects with `UPSTREAM` when neither answers,
 * when the document names another issuer (a mix-up), or when it sends an https issuer's endpoints over plain HTTP.
 */
export async function discoverIssuer(issuer: string, client: IssuerClient): Promise<IssuerMetadata> {
  for (const url of locations(issuer)) {
    const response = await client.request(url, { headers: { accept: 'application/json' } });
    if (response.status >= 400 && response.status < 500) continue;
    if (response.status !== 200) throw new AppError('UPSTREAM', `The issuer's metadata came with status ${response.status}.`);
    return readMetadata(await readJson(response), issuer);
  }
  throw new AppError('UPSTREAM', 'The issuer has no metadata.', { hint: 'Check the issuer URL, or set the endpoints themselves.' });
}

function locations(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [`${origin}/.well-known/oauth-authorization-server${path}`, `${origin}${path}/.well-known/openid-configuration`];
}

function readMetadata(document: unknown, issuer: string): IssuerMetadata {
  if (!isRecord(document) || document['issuer'] !== issuer) {
    throw new AppError('UPSTREAM', 'The metadata names another issuer.', { hint: 'Write the issuer exactly as its metadata does.' });
  }
  return {
    jwksUri: readEndpoint(document['jwks_uri'], issuer),
    introspectionEndpoint: readEndpoint(document['introspection_endpoint'], issuer),
  };
}

function readEndpoint(value: unknown, issuer: string): string | undefined {
  if (value === undefined) return undefined;
  const url = typeof value === 'string' ? URL.parse(value) : null;
  const isSafe = url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && issuer.startsWith('http:')));
  if (!isSafe) throw new AppError('UPSTREAM', "An endpoint in the issuer's metadata is no https URL.");
  return url.href;
}
