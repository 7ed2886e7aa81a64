import { clipText } from './clip-text.ts';
import { describeError, isError } from './describe-error.ts';
import { isSecretKey } from './is-secret-key.ts';

/** How much of a value {@link scrubValue} keeps. */
export interface ScrubLimits {
  /** Levels of objects and lists. */
  readonly depth: number;
  /** Keys of one object, entries of one list. */
  readonly entries: number;
  /** Characters of one string. */
  readonly chars: number;
}

/** The limits of an ordinary log line. */
export const lineLimits: ScrubLimits = { depth: 6, entries: 64, chars: 8_192 };

/**
 * Copies `value` into plain data that is safe to log: secret keys become `[redacted]`, texts are scrubbed, errors are described with their causes, bytes become
 * their length, and everything is cut to `limits`. Numbers, booleans and null pass as they are. Never throws.
 */
export function scrubValue(value: unknown, limits: ScrubLimits = lineLimits): unknown {
  switch (typeof value) {
    case 'string':
      return clipText(value, limits.chars);
    case 'bigint':
      return `${value}`;
    case 'symbol':
    case 'function':
      return undefined;
    case 'object':
      return value === null ? null : scrubObject(value, limits);
    default:
      return value;
  }
}

/** Scrubs the fields of one log line. Never throws: a getter that does is named in place of its value. */
export function scrubFields(fields: object, limits: ScrubLimits = lineLimits): Record<string, unknown> {
  const scrubbed: Record<string, unknown> = {};
  let count = 0;
  try {
    for (const key in fields) {
      if (!Object.hasOwn(fields, key)) continue;
      if (++count > limits.entries) {
        scrubbed['…'] = 'more keys';
        break;
      }
      scrubbed[key] = scrubField(fields, key, limits);
    }
  } catch (error) {
    // A proxy may refuse to list its keys.
    scrubbed['…'] = `unreadable: ${typeof error}`;
  }
  return scrubbed;
}

function scrubField(fields: object, key: string, limits: ScrubLimits): unknown {
  try {
    const value: unknown = Reflect.get(fields, key);
    if (typeof value === 'number' || typeof value === 'boolean' || value === undefined || value === null) return value;
    return isSecretKey(key) ? '[redacted]' : scrubValue(value, limits);
  } catch (error) {
    return `[unreadable: ${isError(error) ? error.name : typeof error}]`;
  }
}

function scrubObject(value: object, limits: ScrubLimits): unknown {
  if (isError(value)) return describeError(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof URL) return clipText(value.href, limits.chars);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (limits.depth <= 0) return Array.isArray(value) ? '[list]' : '[object]';
  const below = { ...limits, depth: limits.depth - 1 };
  if (value instanceof Map) return scrubFields(Object.fromEntries(takeEntries(value, limits.entries)), below);
  if (value instanceof Set) return scrubList([...value].slice(0, limits.entries), value.size, below);
  if (Array.isArray(value)) return scrubList(value.slice(0, limits.entries), value.length, below);
  return scrubFields(value, below);
}

function takeEntries(map: ReadonlyMap<unknown, unknown>, count: number): [string, unknown][] {
  return [...map].slice(0, count).map(([key, entry]) => [String(key), entry]);
}

function scrubList(entries: readonly unknown[], length: number, limits: ScrubLimits): unknown[] {
  const scrubbed = entries.map((entry) => scrubValue(entry, limits) ?? null);
  if (length > entries.length) scrubbed.push(`… (${length} entries)`);
  return scrubbed;
}
