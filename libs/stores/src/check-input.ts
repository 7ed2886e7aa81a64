import { AppError } from '@trellis-mcp/errors';
import { maxKeyBytes, maxTtlMs } from './key-store.ts';

const maxScanLimit = 10_000;

/** Checks a key: 1 to 512 bytes of well-formed text without NUL. */
export function checkKey(key: string): void {
  if (key === '') throw new AppError('INVALID_INPUT', 'A key must not be empty.');
  checkPrefix(key);
}

/** Checks the start of a key, which may be empty, and returns it. */
export function checkPrefix(prefix: string): string {
  // Two keys with different lone surrogates would become one key in UTF-8.
  if (!prefix.isWellFormed() || prefix.includes('\0')) throw new AppError('INVALID_INPUT', 'A key must be well-formed text without NUL.');
  checkBytes('A key', prefix, maxKeyBytes);
  return prefix;
}

/** Checks a value: well-formed text of at most `maxBytes`. */
export function checkValue(value: string, maxBytes: number): void {
  checkBytes('A value', value, maxBytes);
  if (!value.isWellFormed()) throw new AppError('INVALID_INPUT', 'A value must be well-formed text; encode bytes, for example as base64.');
}

/** Checks the life of a value and returns it. */
export function checkTtl(ttlMs: number): number {
  if (!(ttlMs > 0 && ttlMs <= maxTtlMs)) {
    throw new AppError('INVALID_INPUT', `ttlMs must be more than 0 and at most ${String(maxTtlMs)}.`);
  }
  return ttlMs;
}

/** Checks the size of a page and returns it. */
export function checkLimit(limit: number): number {
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= maxScanLimit)) {
    throw new AppError('INVALID_INPUT', `limit must be a whole number from 1 to ${String(maxScanLimit)}.`);
  }
  return limit;
}

function checkBytes(what: string, text: string, limitBytes: number): void {
  const actualBytes = Buffer.byteLength(text);
  if (actualBytes > limitBytes) {
    throw new AppError('LIMIT', `${what} has ${String(actualBytes)} bytes; the limit is ${String(limitBytes)}.`, {
      details: { limitBytes, actualBytes },
    });
  }
}
