import { AppError } from '@trellis-mcp/errors';
import type { ValueKind } from './cache-record.ts';

/** A value as tiers keep it. */
export interface EncodedValue {
  kind: ValueKind;
  payload: string;
}

/** Writes a value: bytes as base64, undefined as nothing, all else as JSON; `INVALID_INPUT` when it is neither. */
export function encodeValue(value: unknown): EncodedValue {
  if (value === undefined) return { kind: 'nothing', payload: '' };
  if (value instanceof Uint8Array) return { kind: 'bytes', payload: Buffer.from(value).toString('base64') };
  return { kind: 'json', payload: toJson(value) };
}

/** Reads a value back; throws when it is no JSON. */
export function decodeValue({ kind, payload }: EncodedValue): unknown {
  if (kind === 'nothing') return undefined;
  if (kind === 'bytes') return new Uint8Array(Buffer.from(payload, 'base64'));
  return JSON.parse(payload);
}

function toJson(value: unknown): string {
  try {
    const json: unknown = JSON.stringify(value);
    if (typeof json === 'string') return json;
  } catch (failure) {
    throw notJson(failure);
  }
  throw notJson();
}

function notJson(cause?: unknown): AppError {
  return new AppError('INVALID_INPUT', 'A cached value must be JSON or bytes.', { cause });
}

/** Freezes what JSON made, because several callers get the same object; bytes cannot be. Returns it. */
export function freezeDeep(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || Object.isFrozen(value)) return value;
  // Not recursive: a value may be nested deeper than the stack.
  const waiting: object[] = [value];
  for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) {
    // What JSON makes has nothing but own fields.
    for (const name in each) {
      const inner = (each as Record<string, unknown>)[name];
      if (typeof inner === 'object' && inner !== null) waiting.push(inner);
    }
    Object.freeze(each);
  }
  return value;
}
