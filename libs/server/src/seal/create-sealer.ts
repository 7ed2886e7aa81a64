import { AppError } from '@trellis-mcp/errors';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Principal } from '../principal.ts';
import type { KeyRing } from './key-ring.ts';

/** What a token is bound to beside the server: it opens for the same principal and purpose only. */
export interface SealScope {
  readonly principal: Principal;
  /** Which handler, and what for: `tools/call query`, `ask tools/call query`, `tools/list`. */
  readonly purpose: string;
}

/** Makes tokens that only this server (and the replicas that share its keys) can read or make. */
export interface Sealer {
  /** @throws AppError `LIMIT` when the value is larger than 48 KiB of JSON. */
  seal(value: unknown, scope: SealScope & { readonly ttlMs: number }): string;
  /** The value, or undefined for a token that is forged, foreign, expired, malformed or sealed with a key that is gone. */
  unseal(token: string, scope: SealScope): { readonly value: unknown } | undefined;
}

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;
const maxBytes = 48 * 1024;
const maxToken = 70_000;

/**
 * AES-256-GCM under a key ring: `<key id>.<base64url of iv, tag, ciphertext>`; scope as additional data, expiry inside.
 *
 * @param now Milliseconds since the epoch.
 * @param server Name of the server: several servers may be given the same keys, and their tools may have the same names.
 */
export function createSealer(ring: KeyRing, now: () => number, server: string): Sealer {
  const bind = ({ principal, purpose }: SealScope): Buffer =>
    Buffer.from(JSON.stringify([server, principal.id, principal.tenant ?? null, purpose]));
  return {
    seal(value, { ttlMs, ...scope }) {
      const plain = Buffer.from(JSON.stringify([now() + ttlMs, value]));
      if (plain.length > maxBytes) {
        throw new AppError('LIMIT', `State of ${plain.length} bytes does not fit in a token; at most ${maxBytes} are allowed.`);
      }
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv(algorithm, ring.newest.key, iv, { authTagLength: tagBytes }).setAAD(bind(scope));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return `${ring.newest.id}.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')}`;
    },
    unseal(token, scope) {
      const plain = open(token, { ring, boundTo: bind(scope) });
      if (plain === undefined) return undefined;
      const [expiresAt, value] = JSON.parse(plain) as [number, unknown];
      return now() < expiresAt ? { value } : undefined;
    },
  };
}

function open(token: string, { ring, boundTo }: { ring: KeyRing; boundTo: Uint8Array }): string | undefined {
  const dot = token.indexOf('.');
  const key = ring.byId.get(token.slice(0, Math.max(dot, 0)));
  const text = token.slice(dot + 1);
  // One spelling per token: Buffer skips characters that are no base64url, which would let a changed token pass.
  if (key === undefined || token.length > maxToken || !/^[\w-]+$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length < ivBytes + tagBytes || bytes.toString('base64url') !== text) return undefined;
  const decipher = createDecipheriv(algorithm, key.key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
    .setAAD(boundTo)
    .setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  try {
    return decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    // The one thing that fails here is the tag: somebody else's token, or a changed one.
    return undefined;
  }
}
