import { createHash } from 'node:crypto';
import { AppError } from '@trellis-mcp/errors';

/** Who may read an entry: everybody, or one principal alone. */
export type CacheOwner = 'public' | { readonly principal: string };

const maxDepth = 64;

/**
 * Makes the key of an entry from who may read it and what it is the answer to: 51 characters at most, whatever the size of the parts.
 *
 * The same owner and parts give the same key in every process, others another one: `1`, `'1'`, `null`, an absent and an undefined field
 * all differ; the order of an object's fields does not matter. Parts are JSON values, undefined, bigint, Date and bytes, nested at most
 * 64 deep; anything else is `INVALID_INPUT`.
 */
export function cacheKey(owner: CacheOwner, parts: readonly unknown[]): string {
  const [kind, who] = owner === 'public' ? ['public', null] : ['private', owner.principal];
  const text = describe([who, parts], 0);
  return `${kind}:${createHash('sha256').update(text).digest('base64url')}`;
}

function describe(value: unknown, depth: number): string {
  if (depth > maxDepth) throw new AppError('INVALID_INPUT', `A part of a cache key is nested more than ${String(maxDepth)} deep.`);
  if (typeof value === 'string') return describeText(value);
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'boolean' || value === null || value === undefined) return String(value);
  if (typeof value === 'bigint') return `${String(value)}n`;
  if (Array.isArray(value)) return `[${value.map((item) => describe(item, depth + 1)).join()}]`;
  if (value instanceof Date) return `d${String(value.getTime())}`;
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString('hex')}`;
  if (isPlain(value)) return `{${describeFields(value, depth)}}`;
  throw new AppError('INVALID_INPUT', `A cache key cannot be made from a ${typeof value} of this kind.`);
}

/** JSON would write two different lone surrogates alike once they become UTF-8; escaped they stay apart. */
function describeText(text: string): string {
  return JSON.stringify(text);
}

function describeFields(value: object, depth: number): string {
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${describeText(name)}:${describe(field, depth + 1)}`)
    .join();
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
