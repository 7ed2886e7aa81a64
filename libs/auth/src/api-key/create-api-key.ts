import { hash, randomBytes } from 'node:crypto';
import { AppError } from '@trellis-mcp/errors';
import { readApiKeyEntry } from './parse-api-keys.ts';

/** One key as the file of keys holds it. */
export interface ApiKeyEntry {
  /** Names the key in logs, and makes the principal `key:<name>`. Letters, digits, dot, dash and underscore; at most 64. */
  readonly name: string;
  /** `sha256:` and the hash of the whole key in hex. */
  readonly hash: string;
  readonly scopes: readonly string[];
  readonly tenant?: string;
  /** ISO 8601 with an offset; without it the key has no end. */
  readonly expiresAt?: string;
}

/** What every key looks like: 256 random bits behind a prefix that tells it from a token, and that secret scanners can know. */
export const apiKeyPattern = /^trellis_[A-Za-z0-9_-]{43}$/;

/**
 * Makes a new key. `key` is shown once, to whoever will use it; `entry` goes into the file. A fast hash is enough because the key
 * itself is random, unlike a password.
 *
 * Throws `INVALID_INPUT` that names the field for an entry that the file could not hold.
 */
export function createApiKey(entry: Omit<ApiKeyEntry, 'hash'>): { key: string; entry: ApiKeyEntry } {
  const key = `trellis_${randomBytes(32).toString('base64url')}`;
  const refuse = (what: string): AppError => new AppError('INVALID_INPUT', `No key can have this: ${what}.`);
  return { key, entry: readApiKeyEntry({ ...entry, hash: hashApiKey(key) }, refuse) };
}

/** The `hash` of a key's entry. */
export function hashApiKey(key: string): string {
  return `sha256:${hash('sha256', key)}`;
}
