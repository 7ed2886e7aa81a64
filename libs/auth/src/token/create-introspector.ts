import { randomUUID } from 'node:crypto';
import { AppError } from '@trellis-mcp/errors';
import type { IssuerClient } from '../issuer/create-issuer-client.ts';
import { discoverIssuer } from '../issuer/discover-issuer.ts';
import { readJson } from '../issuer/read-json.ts';
import { isRecord } from './is-record.ts';
import { readClaims, type ClaimOptions } from './read-claims.ts';
import { TokenProblem } from './token-problem.ts';
import type { TokenVerifier } from './verified-token.ts';

/** Asks the issuer about tokens. */
export interface Introspector {
  readonly verify: TokenVerifier;
  /** Asks about a token that never was; rejects with `UPSTREAM` when the issuer does not take the credentials of this server. */
  readonly check: () => Promise<void>;
}

/** How the issuer is asked about tokens. */
export interface IntrospectionOptions extends ClaimOptions {
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** Skips discovery. */
  readonly introspectionEndpoint?: string | undefined;
  readonly clientId: string;
  readonly clientSecret: string;
  /** How long an answer is used again, in milliseconds; the time within which a revocation counts. */
  readonly reuseMs: number;
  readonly client: IssuerClient;
  readonly now: () => number;
}

/** Judges tokens by asking the issuer (RFC 7662) with `client_secret_basic`; an answer without `aud` and `exp` is not enough. */
export function createIntrospector(options: IntrospectionOptions): Introspector {
  const { issuer, client, now, reuseMs, clockSkewMs } = options;
  const authorization = basicAuth(options.clientId, options.clientSecret);
  let endpoint = options.introspectionEndpoint;

  const ask = async (token: string): Promise<Readonly<Record<string, unknown>>> => {
    endpoint ??= (await discoverIssuer(issuer, client)).introspectionEndpoint;
    if (endpoint === undefined) {
      throw new AppError('UPSTREAM', 'The issuer has no introspection endpoint.', {
        hint: 'Take JWT access tokens instead, or switch it on there.',
      });
    }
    const body = new URLSearchParams({ token, token_type_hint: 'access_token' });
    const headers = { authorization, accept: 'application/json' };
    return readAnswer(await client.request(endpoint, { method: 'POST', headers, body }));
  };
  const verify: TokenVerifier = async (token) => {
    const at = now();
    const claims = await client.attempt(() => ask(token));
    refuseUnfit(claims, { issuer, audiences: options.audiences, clockSkewMs, at });
    const read = readClaims(claims, options);
    return { ...read, usableUntil: Math.min(read.principal.expiresAt, at + reuseMs) };
  };
  const check = async (): Promise<void> => {
    await client.attempt(() => ask(`none-${randomUUID()}`));
  };
  return { verify, check };
}

/** RFC 6749 section 2.3.1: both parts are form-encoded first. */
function basicAuth(id: string, secret: string): string {
  const encode = (text: string): string => new URLSearchParams({ x: text }).toString().slice(2);
  return `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}`;
}

async function readAnswer(response: Response): Promise<Readonly<Record<string, unknown>>> {
  if (response.status !== 200) {
    const hint = response.status === 401 ? 'Check the client id and secret of this server.' : undefined;
    throw new AppError('UPSTREAM', `Introspection came with status ${response.status}.`, { ...(hint !== undefined && { hint }) });
  }
  const answer: unknown = await readJson(response);
  if (!isRecord(answer) || typeof answer['active'] !== 'boolean') throw new AppError('UPSTREAM', 'The introspection answer is malformed.');
  return answer;
}

interface Expected {
  issuer: string;
  audiences: readonly string[];
  clockSkewMs: number;
  at: number;
}

function refuseUnfit(claims: Readonly<Record<string, unknown>>, { issuer, audiences, clockSkewMs, at }: Expected): void {
  if (claims['active'] !== true) throw new TokenProblem('inactive', 'The access token is not active.');
  const type = claims['token_type'];
  if (type !== undefined && !(typeof type === 'string' && /^(bearer|dpop|access_token)$/i.test(type))) {
    throw new TokenProblem('type', 'This is no access token.');
  }
  if (claims['iss'] !== undefined && claims['iss'] !== issuer) throw new TokenProblem('issuer', 'The access token is of another issuer.');
  const audience: readonly unknown[] = Array.isArray(claims['aud']) ? claims['aud'] : [claims['aud']];
  if (!audience.some((one) => typeof one === 'string' && audiences.includes(one))) {
    throw new TokenProblem('audience', 'The access token is for another resource.');
  }
  const { exp, nbf } = claims;
  if (typeof exp === 'number' && exp * 1000 + clockSkewMs <= at) throw new TokenProblem('expired', 'The access token has expired.');
  if (typeof nbf === 'number' && nbf * 1000 - clockSkewMs > at)
    throw new TokenProblem('not_yet_valid', 'The access token is not valid yet.');
}
