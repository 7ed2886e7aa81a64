import { AppError } from '@trellis-mcp/errors';
import {
  decodeRecord,
  encodeMarker,
  encodeRecord,
  idOf,
  type CacheRecord,
  type Lifetime,
  type RawRecord,
  type TagVersion,
  type ValueKind,
} from './cache-record.ts';
import { everything, keyName, markerLifeMs, tagName, type StoreTier, type TierScope, type TierStore } from './cache-tier.ts';
import { decodeValue, encodeValue } from './cache-value.ts';
import { createGuard, type Guard } from './guard.ts';

/** An entry found in a tier, or about to be kept. */
export interface Entry extends Lifetime {
  kind: ValueKind;
  value: unknown;
  /** The encoded value; memory does not keep it. */
  payload: string | undefined;
  /** What it takes in memory, once it was kept there. */
  sizeBytes?: number;
  tags: readonly string[];
}

/** What a tier held under a key and its tags at one moment; whoever writes later must say what was seen. */
export interface Reading {
  /** The entry when it can be read, is not dead, and none of its tags was invalidated since it was loaded. */
  entry: Entry | undefined;
  /** Whether the key was deleted a short while ago. */
  isDeleted: boolean;
  /** What lies under the key, readable or not. */
  raw: RawRecord | undefined;
  /** By the clock of the cache. */
  readAt: number;
  /** The ids of the markers of tags; empty for a tag that has none. */
  versions: Map<string, string>;
}

/** What is made of a reading, or of undefined when the tier failed. */
export type UseReading<R> = (reading: Reading | undefined) => R | Promise<R>;

/** One tier below memory, behind its guard: what fails is undefined. */
export interface TierAccess {
  readonly name: string;
  readonly scope: TierScope;
  readonly guard: Guard;
  readonly counts: { hits: number; misses: number; promotions: number };
  /** Gives what `use` makes of the reading, in the same step: each promise more is felt on a hit. */
  read<R>(key: string, tags: readonly string[], use: UseReading<R>): Promise<R>;
  /**
   * Gives tags without a marker one. A marker that somebody else wrote since the reading is noted only before a load: what was read
   * before may be older than it.
   */
  mark(reading: Reading, tags: readonly string[], when: 'before load' | 'after reading'): Promise<void>;
  /** Writes unless something else came to lie under the key; false when it did. Not tried without a marker of each tag. */
  write(key: string, entry: Entry, options: WriteOptions): Promise<boolean | undefined>;
  keepPosition(position: string): Promise<void>;
  /** Rejects when the tier fails. */
  keptPosition(): Promise<string | undefined>;
}

/** What a write relies on. */
export interface WriteOptions {
  reading: Reading;
  /** See `SwapOptions.position`. */
  position?: string | undefined;
}

/** What {@link openTierAccess} needs. */
export interface TierAccessOptions {
  namespace: string;
  now: () => number;
  retryAfterMs: number;
  onLate: (names: readonly string[]) => void;
  onError: (report: { tier: string; operation: string; error: AppError }) => void;
}

/** By how much the clocks of two processes may differ, and one may go back, in milliseconds. */
export const maxSkewMs = 5_000;

const garbageGraceMs = 60_000;
const positionName = 'p';
const positionLifeMs = 30 * 86_400_000;

/** Opens a tier for one cache. */
export function openTierAccess(tier: StoreTier, { namespace, now, ...guarding }: TierAccessOptions): TierAccess {
  const store = tier.open({ namespace, now });
  const apply = (names: readonly string[]): Promise<void> =>
    names.includes(everything)
      ? store.clear()
      : store.put(
          names.map((name) => [name, encodeMarker()] as const),
          markerLifeMs,
        );
  const guard = createGuard({ name: tier.name, timeoutMs: tier.timeoutMs, apply, ...guarding });
  return {
    name: tier.name,
    scope: tier.scope,
    guard,
    counts: { hits: 0, misses: 0, promotions: 0 },
    read: createRead(store, guard, now),
    async mark(reading, tags, when) {
      const missing = tags.filter((tag) => reading.versions.get(tag) === '');
      if (missing.length > 0) await guard.attempt('mark', () => markTags(store, reading, { missing, when }));
    },
    write(key, entry, options) {
      const tags = versionsOf(entry, options.reading);
      if (tags === undefined) return Promise.resolve(undefined);
      const keepMs = Math.max(1, entry.deadUntil - now()) + garbageGraceMs;
      return guard.attempt('write', () => writeEntry(store, key, { ...options, entry, keepMs, tags }));
    },
    async keepPosition(position) {
      await guard.attempt('position', () => store.put([[positionName, position]], positionLifeMs));
    },
    async keptPosition() {
      const raws = await guard.attempt('read', () => store.read([positionName]));
      if (raws === undefined) throw new AppError('UPSTREAM', `The cache could not use ${tier.name}.`, { retryable: true });
      return raws[0];
    },
  };
}

/** Shared by all readings without tags, which is most of them; never written to. */
const noVersions = new Map<string, string>();
const noTags: readonly string[] = [];

function createRead(store: TierStore, guard: Guard, now: () => number): TierAccess['read'] {
  const readOne = store.readOne?.bind(store);
  const useTagged = async <R>(reading: Reading, record: CacheRecord, use: UseReading<R>): Promise<R> => {
    const isValid = await guard.attempt('read', () => isTagged(store, reading, record.tags));
    if (isValid) reading.entry = toEntry(record);
    reading.readAt = now();
    return use(reading);
  };
  const interpret = <R>(raw: RawRecord | undefined, versions: Map<string, string>, use: UseReading<R>): R | Promise<R> => {
    const record = raw === undefined ? undefined : decodeRecord(raw);
    const reading: Reading = { entry: undefined, isDeleted: record?.kind === 'marker', raw, readAt: now(), versions };
    if (record === undefined || !isAlive(record, reading.readAt)) return use(reading);
    if (record.tags.length > 0) return useTagged({ ...reading, versions: new Map(versions) }, record, use);
    reading.entry = toEntry(record);
    return use(reading);
  };
  return (key, tags, use) => {
    const name = keyName(key);
    if (tags.length === 0 && readOne !== undefined) {
      return guard.read(
        () => readOne(name),
        (raw) => (raw === undefined ? use(undefined) : interpret(raw ?? undefined, noVersions, use)),
      );
    }
    return guard.read(
      () => store.read([name, ...tags.map(tagName)]),
      (raws) => (raws === undefined ? use(undefined) : interpret(raws[0], versionsIn(raws, tags), use)),
    );
  };
}

/** The ids of the markers of tags, read behind the record of a key. */
function versionsIn(raws: readonly (string | undefined)[], tags: readonly string[]): Map<string, string> {
  return new Map(tags.map((tag, index) => [tag, idOf(raws[index + 1])]));
}

/** Whether the markers of all tags are those of when the entry was loaded. */
async function isTagged(store: TierStore, { versions }: Reading, tags: readonly TagVersion[]): Promise<boolean> {
  const unknown = tags.map(([tag]) => tag).filter((tag) => !versions.has(tag));
  if (unknown.length > 0) {
    const markers = await store.read(unknown.map(tagName));
    for (const [index, tag] of unknown.entries()) versions.set(tag, idOf(markers[index]));
  }
  return tags.every(([tag, version]) => version !== '' && versions.get(tag) === version);
}

/** Whether the clock is between the making and the end of an entry. */
export function isAlive({ createdAt, deadUntil }: Lifetime, time: number): boolean {
  return time < deadUntil && time >= createdAt - maxSkewMs;
}

function toEntry(record: CacheRecord): Entry | undefined {
  const { kind, payload, tags, createdAt, freshUntil, staleUntil, deadUntil } = record;
  if (kind === 'marker') return undefined;
  try {
    const value = decodeValue({ kind, payload });
    const names = tags.length === 0 ? noTags : tags.map(([tag]) => tag);
    return { kind, value, payload, tags: names, createdAt, freshUntil, staleUntil, deadUntil };
  } catch {
    // Damaged: as if it were not there.
    return undefined;
  }
}

interface Marking {
  missing: readonly string[];
  when: 'before load' | 'after reading';
}

async function markTags(store: TierStore, { versions }: Reading, { missing, when }: Marking): Promise<void> {
  const foreign: string[] = [];
  for (const tag of missing) {
    const marker = encodeMarker();
    const isOwn = await store.swap(tagName(tag), marker, { expectedId: '', keepMs: markerLifeMs, keepAlive: [] });
    if (isOwn) versions.set(tag, idOf(marker));
    else foreign.push(tag);
  }
  if (foreign.length === 0 || when === 'after reading') return;
  const markers = await store.read(foreign.map(tagName));
  for (const [index, tag] of foreign.entries()) versions.set(tag, idOf(markers[index]));
}

interface EntryWrite extends WriteOptions {
  entry: Entry;
  keepMs: number;
  tags: readonly TagVersion[];
}

/** The versions that an entry relies on; undefined when a tag has none, since its marker could not be written. */
function versionsOf({ tags }: Entry, { versions }: Reading): TagVersion[] | undefined {
  const known = tags.map((tag) => [tag, versions.get(tag) ?? ''] as const);
  return known.some(([, version]) => version === '') ? undefined : known;
}

/** A tag that was invalidated since the reading makes the entry void: it carries the version of before. */
function writeEntry(store: TierStore, key: string, { entry, keepMs, reading, position, tags }: EntryWrite): Promise<boolean> {
  const record = encodeRecord({ ...entry, payload: entry.payload ?? encodeValue(entry.value).payload, tags });
  const options = { expectedId: idOf(reading.raw), keepMs, keepAlive: entry.tags.map(tagName) };
  return store.swap(keyName(key), record, position === undefined ? options : { ...options, position });
}
