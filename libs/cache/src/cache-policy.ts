import { AppError } from '@trellis-mcp/errors';
import { maxKeyBytes, maxTtlMs } from '@trellis-mcp/stores';

/** How long one entry lives, and what it is filed under. */
export interface CachePolicy {
  /** How long the value is fresh, in milliseconds; more than 0. Default 60,000. */
  ttlMs?: number;
  /** Part of `ttlMs` that is taken off at random, 0 to 1, so that entries written together do not end together. Default 0.1. */
  jitter?: number;
  /** For how long after that the old value is given at once while a new one is loaded behind it. Default 0. */
  staleMs?: number;
  /** For how long after `ttlMs` the old value is given when loading fails. Default 0. */
  graceMs?: number;
  /** How long "nothing there" (a loader's undefined) is remembered; 0 does not remember it. Never longer than `ttlMs`. Default 5,000. */
  negativeTtlMs?: number;
  /** A larger entry is given to the caller and not kept. Default 1 MiB. */
  maxEntryBytes?: number;
  /** What {@link TieredCache.invalidateTag} finds the entry by; at most 32, each at most 256 bytes. */
  tags?: readonly string[];
  /** Whether processes that share the cache load one after the other; needs the `lock` option of the cache. Default false. */
  lock?: boolean;
}

/** A policy with every field. */
export type FullPolicy = Required<CachePolicy>;

const maxTags = 32;
const maxTagBytes = 256;

/** What a cache does when nobody says otherwise. */
export const defaultPolicy: FullPolicy = {
  ttlMs: 60_000,
  jitter: 0.1,
  staleMs: 0,
  graceMs: 0,
  negativeTtlMs: 5_000,
  maxEntryBytes: 1024 * 1024,
  tags: [],
  lock: false,
};

/** Fills a policy from the cache's own defaults; rejects what makes no sense with `INVALID_INPUT`. */
export function fillPolicy(defaults: FullPolicy, policy: CachePolicy | undefined): FullPolicy {
  if (policy === undefined) return defaults;
  const full: FullPolicy = {
    ttlMs: policy.ttlMs ?? defaults.ttlMs,
    jitter: policy.jitter ?? defaults.jitter,
    staleMs: policy.staleMs ?? defaults.staleMs,
    graceMs: policy.graceMs ?? defaults.graceMs,
    negativeTtlMs: policy.negativeTtlMs ?? defaults.negativeTtlMs,
    maxEntryBytes: policy.maxEntryBytes ?? defaults.maxEntryBytes,
    tags: policy.tags ?? defaults.tags,
    lock: policy.lock ?? defaults.lock,
  };
  const { ttlMs, jitter, staleMs, graceMs, negativeTtlMs, tags } = full;
  if (!(ttlMs > 0 && ttlMs <= maxTtlMs)) throw invalid(`ttlMs must be more than 0 and at most ${String(maxTtlMs)}.`);
  if (!(jitter >= 0 && jitter <= 1)) throw invalid('jitter must be from 0 to 1.');
  for (const [name, value] of Object.entries({ staleMs, graceMs, negativeTtlMs })) {
    if (!(value >= 0 && value <= maxTtlMs)) throw invalid(`${name} must be from 0 to ${String(maxTtlMs)}.`);
  }
  if (tags.length > maxTags) throw invalid(`An entry has at most ${String(maxTags)} tags.`);
  for (const tag of tags) checkTag(tag);
  return full;
}

/** Checks a tag: 1 to 256 bytes of well-formed text without NUL. */
export function checkTag(tag: string): void {
  checkText('A tag', tag, maxTagBytes);
}

/** Checks a key: 1 to 512 bytes of well-formed text without NUL. */
export function checkKey(key: string): void {
  checkText('A key', key, maxKeyBytes);
}

function checkText(what: string, text: string, maxBytes: number): void {
  if (text === '' || !text.isWellFormed() || text.includes('\0')) throw invalid(`${what} must be well-formed text without NUL, not empty.`);
  // A character has at most three bytes: short text need not be measured.
  if (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes) throw invalid(`${what} has at most ${String(maxBytes)} bytes.`);
}

function invalid(message: string): AppError {
  return new AppError('INVALID_INPUT', message);
}
