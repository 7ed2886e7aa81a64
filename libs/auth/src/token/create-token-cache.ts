import { hash } from 'node:crypto';
import { isAppError } from '@trellis-mcp/errors';
import { LRUCache } from 'lru-cache';
import { TokenProblem } from './token-problem.ts';
import type { TokenVerifier, VerifiedToken } from './verified-token.ts';

/** What {@link createTokenCache} needs. */
export interface TokenCacheOptions {
  verify: TokenVerifier;
  maxTokens: number;
  now: () => number;
}

/** Verdicts that were given before. */
export interface TokenCache {
  /** The verdict on a token that still counts: one hash, one look-up. */
  find(token: string): VerifiedToken | undefined;
  /** Judges a token; callers with the same token at the same time share one verification. Rejects with a `TokenProblem`. */
  judge(token: string): Promise<VerifiedToken>;
  clear(): void;
}

/** Keeps verdicts by the SHA-256 of the token, so that no token lies in memory longer than its request. Refusals are not kept. */
export function createTokenCache({ verify, maxTokens, now }: TokenCacheOptions): TokenCache {
  const verdicts = new LRUCache<string, VerifiedToken>({ max: maxTokens });
  const running = new Map<string, Promise<VerifiedToken>>();
  const judge = async (token: string, key: string): Promise<VerifiedToken> => {
    try {
      const verdict = await verify(token);
      verdicts.set(key, verdict);
      return verdict;
    } catch (cause) {
      if (!isAppError(cause)) throw cause;
      throw new TokenProblem('issuer_unavailable', 'The authorization server cannot be asked now.', { cause });
    } finally {
      running.delete(key);
    }
  };
  return {
    find(token) {
      const verdict = verdicts.get(keyOf(token));
      return verdict !== undefined && now() < verdict.usableUntil ? verdict : undefined;
    },
    judge(token) {
      const key = keyOf(token);
      const shared = running.get(key) ?? judge(token, key);
      running.set(key, shared);
      return shared;
    },
    clear: () => verdicts.clear(),
  };
}

function keyOf(token: string): string {
  return hash('sha256', token, 'base64url');
}
