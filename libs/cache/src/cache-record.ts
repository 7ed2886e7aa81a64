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
  payload: string;
}

/** What a tier gives: text, or its UTF-8 where that is less work. */
export type RawRecord = string | Buffer;

const formatVersion = '1';
const kindsByCode = new Map<number | undefined, CacheRecord['kind']>([
  [106, 'json'],
  [98, 'bytes'],
  [110, 'nothing'],
  [109, 'marker'],
]);
const lettersByKind = { json: 'j', bytes: 'b', nothing: 'n', marker: 'm' } as const;
const formatCode = formatVersion.charCodeAt(0);
const timeDigits = 10;
const headerLength = 62;

const origin = randomBytes(6).toString('base64url');
let count = 0;

/** Makes 16 characters that no process makes again. */
function nextId(): string {
  count += 1;
  return origin + count.toString(36).padStart(8, '0');
}

/**
 * Writes a record with an id of its own: the version of the format (one character), the kind (one), the id (16), four times in base 36
 * (10 each), the length of the tags in base 36 (4), the tags as JSON, the payload. All but the last two is ASCII.
 */
export function encodeRecord({ kind, createdAt, freshUntil, staleUntil, deadUntil, tags, payload }: CacheRecord): string {
  const tagText = tags.length === 0 ? '' : JSON.stringify(tags);
  const times = digits(createdAt) + digits(freshUntil) + digits(staleUntil) + digits(deadUntil);
  return `${formatVersion}${lettersByKind[kind]}${nextId()}${times}${digits(tagText.length, 4)}${tagText}${payload}`;
}

/** Writes a marker with an id of its own. */
export function encodeMarker(): string {
  return encodeRecord({ kind: 'marker', createdAt: 0, freshUntil: 0, staleUntil: 0, deadUntil: 0, tags: [], payload: '' });
}

/** Reads a record; undefined when it is of another version, or damaged. */
export function decodeRecord(raw: RawRecord): CacheRecord | undefined {
  const bytes = typeof raw === 'string' ? Buffer.from(raw) : raw;
  const kind = kindsByCode.get(bytes[1]);
  if (bytes.length < headerLength || bytes[0] !== formatCode || kind === undefined) return undefined;
  const createdAt = readDigits(bytes, 18, 28);
  const freshUntil = readDigits(bytes, 28, 38);
  const staleUntil = readDigits(bytes, 38, 48);
  const deadUntil = readDigits(bytes, 48, 58);
  const tagLength = readDigits(bytes, 58, headerLength);
  if (Number.isNaN(createdAt + freshUntil + staleUntil + deadUntil + tagLength)) return undefined;
  const text = bytes.toString('utf8', headerLength);
  if (tagLength === 0) return { kind, createdAt, freshUntil, staleUntil, deadUntil, tags: noTags, payload: text };
  const tags = parseTags(text.slice(0, tagLength));
  return tags && { kind, createdAt, freshUntil, staleUntil, deadUntil, tags, payload: text.slice(tagLength) };
}

const noTags: readonly TagVersion[] = [];

/** The id of whatever lies under a name, readable or not; empty when there is nothing. */
export function idOf(raw: RawRecord | undefined): string {
  if (typeof raw === 'string') return raw.slice(2, 18);
  return raw === undefined ? '' : raw.toString('utf8', 2, 18);
}

function digits(value: number, length = timeDigits): string {
  return Math.max(0, Math.ceil(value)).toString(36).padStart(length, '0');
}

/** Reads a number in base 36 without making text of it, since every hit in a tier reads five; NaN when it is none. */
function readDigits(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let index = start; index < end; index += 1) {
    const code = bytes[index] ?? 0;
    if (code >= 48 && code <= 57) value = value * 36 + code - 48;
    else if (code >= 97 && code <= 122) value = value * 36 + code - 87;
    else return Number.NaN;
  }
  return value;
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
