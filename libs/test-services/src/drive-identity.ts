import { createHash, randomBytes } from 'node:crypto';
import { registerSecret } from './secret-watch.ts';

/** What a token is asked for. */
export interface TokenRequest {
  /** The resource indicator (RFC 8707). */
  resource: string;
  /** Space separated. */
  scope: string;
  /** Further headers of the token request, such as `DPoP`. */
  headers?: Readonly<Record<string, string>>;
}

/** What the token endpoint answers. */
export interface TokenAnswer {
  access_token: string;
  token_type: string;
  scope?: string;
  expires_in?: number;
  refresh_token?: string;
  id_token?: string;
}

const maxHops = 20;

/**
 * Follows an authorization URL as a browser does, with its cookies, until it leaves the provider, and gives the URL it left to: the
 * redirect URI with `code` or `error`.
 */
export async function followAuthorization(start: string | URL): Promise<URL> {
  const { origin } = new URL(start);
  const cookies = new Map<string, string>();
  let url = new URL(start);
  for (let hop = 0; hop < maxHops; hop += 1) {
    if (url.origin !== origin) return url;
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) cookies.set(name, value);
    }
    const text = await response.text();
    const location = response.headers.get('location');
    if (location === null) throw new Error(`The provider answered ${response.status}: ${text.slice(0, 500)}`);
    url = new URL(location, url);
  }
  throw new Error('The provider redirects without end.');
}

/** Sends a form to a token endpoint. Rejects with the status and the body of a refusal. */
export async function postToken(
  endpoint: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<TokenAnswer> {
  const response = await fetch(endpoint, { method: 'POST', body: new URLSearchParams(form), headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`The token endpoint answered ${response.status}: ${text.slice(0, 500)}`);
  const answer = JSON.parse(text) as TokenAnswer;
  for (const secret of [answer.access_token, answer.refresh_token, answer.id_token]) if (secret !== undefined) registerSecret(secret);
  return answer;
}

/** Makes a PKCE pair (RFC 7636, S256). */
export function makePkce(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}
