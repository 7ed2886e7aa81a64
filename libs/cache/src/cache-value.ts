import { AppError } from '@trellis-mcp/errors';
import type { ValueKind } from './cache-record.ts';

/** A value as tiers keep it. */
export interface EncodedValue {
  kind: ValueKind;
  payload: Buffer;
}

const nobody = Buffer.alloc(0);

/** Writes a value: bytes as they are, undefined as nothing, all else as JSON; `INVALID_INPUT` when it is neither. */
export function encodeValue(value: unknown): EncodedValue {
  if (value === undefined) return { kind: 'nothing', payload: nobody };
  if (value instanceof Uint8Array) return { kind: 'bytes', payload: Buffer.from(value) };
  return { kind: 'json', payload: Buffer.from(toJson(value)) };
}

/**
 * Reads a value back; throws when it is no JSON. Objects are frozen through and through, since every caller gets the same one; bytes
 * are a copy.
 */
export function decodeValue({ kind, payload }: EncodedValue): unknown {
  if (kind === 'nothing') return undefined;
  if (kind === 'bytes') return new Uint8Array(payload);
  const value: unknown = JSON.parse(payload.toString());
  return freezeDeep(value);
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

/** Not recursive: a value may be nested deeper than the stack. */
function freezeDeep(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const waiting: object[] = [value];
  for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) {
    Object.freeze(each);
    for (const inner of Object.values<unknown>({ ...each })) if (typeof inner === 'object' && inner !== null) waiting.push(inner);
  }
  return value;
}
