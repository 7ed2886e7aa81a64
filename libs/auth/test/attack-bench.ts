import { expect } from '@jest/globals';
import { makeTokenKey, type TokenChanges, type TokenKey } from '@trellis-mcp/test-services';
import type { AppError } from '@trellis-mcp/errors';
import { openMemoryKeyStore, type KeyStore } from '@trellis-mcp/stores';
import { base64url } from 'jose';
import { authFailure, createAuthenticator } from '../src/index.ts';
import type { AuthenticatorOptions, Authenticator, AuthReason, AuthRequest } from '../src/index.ts';
import { makeProver, resource, startStubIssuer, type Prover, type StubIssuer } from './start-stub-issuer.ts';

/** One attack: what is sent, and the answer. `error` is the OAuth code; none means that the challenge has none. */
export interface Attack {
  title: string;
  send: () => Promise<Partial<AuthRequest>> | Partial<AuthRequest>;
  status: 400 | 401 | 403 | 503;
  reason: AuthReason;
  error?: string;
}

/** Must show up in no answer and no report. */
export const canary = 'c4n4ry';
export const invalid = { status: 401, error: 'invalid_token' } as const;
export const malformed = { status: 400, error: 'invalid_request' } as const;
export const now = (): number => Date.now();
export const seconds = (): number => Math.floor(now() / 1000);
export const encode = (value: unknown): string => base64url.encode(JSON.stringify(value));
export const bearer = (token: string): Partial<AuthRequest> => ({ headers: { authorization: `Bearer ${token}` } });
export const authorization = (...values: string[]): Partial<AuthRequest> => ({ headers: { authorization: values } });
export const request = (parts: Partial<AuthRequest>): AuthRequest => ({ method: 'POST', url: '/mcp', headers: {}, ...parts });

/** An issuer, keys of friend and foe, and authenticators before them. */
export interface AttackBench {
  stub: StubIssuer;
  stranger: TokenKey;
  rsa: TokenKey;
  prover: Prover;
  thief: Prover;
  store: KeyStore;
  /** What `onError` heard. */
  reported: AppError[];
  authenticator(options?: Partial<AuthenticatorOptions>): Authenticator;
  signed(changes?: TokenChanges): Promise<Partial<AuthRequest>>;
  /** A good token whose header or payload is changed after it was signed. */
  recode(change: (parts: Record<'header' | 'payload', Record<string, unknown>>) => unknown): Promise<string>;
  /** Sends an attack and judges status, reason, challenge and silence. */
  expectRefused(auth: Authenticator, attack: Omit<Attack, 'title'>): Promise<void>;
  close(): Promise<void>;
}

export async function openAttackBench(): Promise<AttackBench> {
  const stub = await startStubIssuer(now);
  const [stranger, rsa, prover, thief] = [makeTokenKey(), makeTokenKey('RS256'), makeProver(now), makeProver(now)];
  stub.keys.push(rsa.jwk);
  const reported: AppError[] = [];
  const onError = (error: AppError): number => reported.push(error);
  return {
    ...{ stub, stranger, rsa, prover, thief, reported },
    store: openMemoryKeyStore({ whenFull: 'refuse' }),
    authenticator: (options) =>
      createAuthenticator({ issuer: stub.issuer, resource, scopes: ['db:read', 'health:read'], fetch, onError, now, ...options }),
    signed: async (changes) => bearer(await stub.sign(changes)),
    async recode(change) {
      const [head = '', body = '', signature = ''] = (await stub.sign()).split('.');
      const parts = { header: decode(head), payload: decode(body) };
      change(parts);
      return `${encode(parts.header)}.${encode(parts.payload)}.${signature}`;
    },
    expectRefused: (auth, attack) => expectRefused(auth, attack, reported),
    close: () => stub.http.stop(),
  };
}

function decode(part: string): Record<string, unknown> {
  return JSON.parse(String(Buffer.from(part, 'base64url'))) as Record<string, unknown>;
}

async function expectRefused(auth: Authenticator, attack: Omit<Attack, 'title'>, reported: AppError[]): Promise<void> {
  const { send, status, reason, error } = attack;
  const sent = request(await send());
  const before = reported.length;
  const failure = await auth.authenticate(sent).then(
    (principal) => ({ taken: principal }),
    (thrown: unknown) => authFailure(thrown) ?? { thrown },
  );
  expect(failure).toMatchObject({ status, reason });
  const { headers, body } = failure as { headers: Record<string, string>; body: { error?: string } };
  expect(body.error).toBe(error);
  expect(headers['cache-control']).toBe('no-store');
  const challenge = headers['www-authenticate'];
  if (status === 503) expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  else if (error === undefined) expect(challenge).not.toContain('error=');
  else expect(challenge).toContain(`error="${error}"`);
  if (status !== 503 && auth.metadataUrl !== undefined) expect(challenge).toContain(`resource_metadata="${auth.metadataUrl}"`);
  const secrets = JSON.stringify(sent.headers).match(/[A-Za-z0-9._-]{24,}/g) ?? [];
  const said = JSON.stringify([failure, reported.slice(before).map((one) => [one.message, one.hint, one.details, String(one.cause)])]);
  for (const secret of [...secrets, canary]) expect(said).not.toContain(secret);
}
