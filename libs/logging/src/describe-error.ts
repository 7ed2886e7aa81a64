import { isNativeError } from 'node:util/types';
import { clipText } from './clip-text.ts';
import { isSecretKey } from './is-secret-key.ts';

/** An error as a log line holds it. */
export interface DescribedError {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  /** Own fields with simple values, such as `code`, `hint` or `errno`. */
  readonly [field: string]: unknown;
}

const maxCauses = 5;
const maxErrors = 5;
const maxFields = 16;
const maxChars = 4_096;
const maxFieldChars = 512;
const shown = new Set(['name', 'message', 'stack', 'cause', 'errors']);

/**
 * Turns a caught value into plain data for the log: type, message, stack, simple own fields, and the same of its causes and collected errors
 * (five of each). Objects in fields are left out: drivers and HTTP clients hang whole requests with their headers there. Never throws.
 */
export function describeError(error: unknown, depth: number = maxCauses): DescribedError {
  if (!isError(error)) return { type: typeof error, message: clipText(readString(error), maxChars) };
  try {
    return {
      type: clipText(error.name === 'Error' ? error.constructor.name : error.name, maxFieldChars),
      message: clipText(error.message, maxChars),
      ...(typeof error.stack === 'string' && { stack: clipText(error.stack, maxChars) }),
      ...readFields(error),
      ...readCauses(error, depth),
    };
  } catch (unreadable) {
    return { type: 'Error', message: `[unreadable error: ${typeof unreadable}]` };
  }
}

function readFields(error: Error): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const key of Object.keys(error).slice(0, maxFields)) {
    if (shown.has(key)) continue;
    const value: unknown = Reflect.get(error, key);
    if (typeof value === 'number' || typeof value === 'boolean') fields[key] = value;
    else if (typeof value === 'string') fields[key] = isSecretKey(key) ? '[redacted]' : clipText(value, maxFieldChars);
  }
  return fields;
}

function readCauses(error: Error, depth: number): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  if (error.cause !== undefined) found['cause'] = depth > 0 ? describeError(error.cause, depth - 1) : '[more causes]';
  const collected: unknown = 'errors' in error ? error.errors : undefined;
  if (Array.isArray(collected) && depth > 0) {
    found['errors'] = collected.slice(0, maxErrors).map((one: unknown) => describeError(one, Math.min(depth - 1, 1)));
  }
  return found;
}

function readString(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return 'message' in value && typeof value.message === 'string' ? value.message : Object.prototype.toString.call(value);
}

/** Errors of another realm, such as a worker's or a sandbox's, are no instances of this realm's `Error`. */
export function isError(value: unknown): value is Error {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- Error.isError is missing in Node 22
  return value instanceof Error || isNativeError(value);
}
