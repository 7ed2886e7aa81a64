import { randomBytes } from 'node:crypto';

/** A tag and the id of the marker that stood under it when the value was loaded. */
export type TagVersion = readonly [tag: string, version: string];

/** When an entry came to be and ends, in epoch milliseconds of the clock of the cache. */
export interface Lifetime {
  createdAt: number;
  /** Until then it is a hit. */
  freshUntil: number;
  /** Until then it is given while a new one is loaded. */
  staleUntil: number;
  /** Until then it is given when loading fails; then it is gone. At least `staleUntil`. */
  deadUntil: number;
}

/** What a value is: JSON, bytes, or the knowledge that there is none. */
export type ValueKind = 'json' | 'bytes' | 'nothing';

/** What a tier holds under a name. A marker stands where a key was deleted or a tag is versioned; it carries nothing but its id. */
export interface CacheRecord extends Lifetime {
  kind: ValueKind | 'marker';
  tags: readonly TagVersion[];
  payload: Buffer;
}

const formatVersion = 1;
const kinds = ['json', 'bytes', 'nothing', 'marker'] as const;
const idStart = 2;
const idEnd = 18;
const headerBytes = 52;
const nobody = Buffer.alloc(0);

const origin = randomBytes(6).toString('base64url');
let count = 0;

/** Makes 16 characters that no process makes again. */
function nextId(): string {
  count += 1;
  return origin + count.toString(36).padStart(8, '0');
}

/**
 * Writes a record with an id of its own: version byte, kind byte, 16 bytes of id, four times as doubles, the length of the tags (two
 * bytes), the tags as JSON, the payload. All numbers are little-endian.
 */
export function encodeRecord({ kind, createdAt, freshUntil, staleUntil, deadUntil, tags, payload }: CacheRecord): Buffer {
  const tagBytes = tags.length === 0 ? nobody : Buffer.from(JSON.stringify(tags));
  const raw = Buffer.allocUnsafe(headerBytes + tagBytes.length + payload.length);
  raw[0] = formatVersion;
  raw[1] = kinds.indexOf(kind);
  raw.write(nextId(), idStart, 'latin1');
  raw.writeDoubleLE(createdAt, 18);
  raw.writeDoubleLE(freshUntil, 26);
  raw.writeDoubleLE(staleUntil, 34);
  raw.writeDoubleLE(deadUntil, 42);
  raw.writeUInt16LE(tagBytes.length, 50);
  tagBytes.copy(raw, headerBytes);
  payload.copy(raw, headerBytes + tagBytes.length);
  return raw;
}

/** Writes a marker with an id of its own. */
export function encodeMarker(): Buffer {
  return encodeRecord({ kind: 'marker', createdAt: 0, freshUntil: 0, staleUntil: 0, deadUntil: 0, tags: [], payload: nobody });
}

/** Reads a record; undefined when it is of another version, or damaged. The payload is a view of `raw`. */
export function decodeRecord(raw: Buffer): CacheRecord | undefined {
  const kind = kinds[raw[1] ?? kinds.length];
  if (raw.length < headerBytes || raw[0] !== formatVersion || kind === undefined) return undefined;
  const payloadStart = headerBytes + raw.readUInt16LE(50);
  if (payloadStart > raw.length) return undefined;
  const tags = payloadStart === headerBytes ? [] : parseTags(raw.toString('utf8', headerBytes, payloadStart));
  if (tags === undefined) return undefined;
  return {
    kind,
    createdAt: raw.readDoubleLE(18),
    freshUntil: raw.readDoubleLE(26),
    staleUntil: raw.readDoubleLE(34),
    deadUntil: raw.readDoubleLE(42),
    tags,
    payload: raw.subarray(payloadStart),
  };
}

/** The id of whatever lies under a name, readable or not; empty when there is nothing. */
export function idOf(raw: Buffer | undefined): string {
  return raw === undefined ? '' : raw.toString('latin1', idStart, idEnd);
}

function parseTags(text: string): TagVersion[] | undefined {
  try {
    const tags: unknown = JSON.parse(text);
    return Array.isArray(tags) && tags.every(isTagVersion) ? tags : undefined;
  } catch {
    return undefined;
  }
}

function isTagVersion(value: unknown): value is TagVersion {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'string';
}
