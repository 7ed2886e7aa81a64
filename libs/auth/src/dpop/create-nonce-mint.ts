import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '@trellis-mcp/errors';

/** How nonces are made. */
export interface DpopNonceOptions {
  /** Secrets of at least 32 characters; the first makes, all are accepted. Replicas share them. */
  keys: readonly string[];
  /** A nonce is accepted for one to two times this, in milliseconds. Default 300,000. */
  lifeMs?: number;
}

/** Makes and knows nonces without storing them. */
export interface NonceMint {
  current(): string;
  isKnown(nonce: string): boolean;
}

const minKeyLength = 32;

/** A nonce is the number of its time window with a signature (RFC 9449 section 9); that of the window before is accepted too. */
export function createNonceMint({ keys, lifeMs = 300_000 }: DpopNonceOptions, now: () => number): NonceMint {
  const [newest] = keys;
  if (newest === undefined || keys.some((key) => key.length < minKeyLength)) {
    throw new AppError('INVALID_INPUT', `A nonce key has at least ${minKeyLength} characters.`);
  }
  const windowAt = (): number => Math.floor(now() / lifeMs);
  let last: { window: number; nonce: string } | undefined;
  return {
    current() {
      const window = windowAt();
      if (last?.window !== window) last = { window, nonce: sign(newest, window) };
      return last.nonce;
    },
    isKnown(nonce) {
      const window = windowAt();
      return keys.some((key) => isSame(nonce, sign(key, window)) || isSame(nonce, sign(key, window - 1)));
    },
  };
}

function sign(key: string, window: number): string {
  return createHmac('sha256', key).update(`dpop-nonce:${window}`).digest('base64url');
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
