import { LRUCache } from 'lru-cache';
import type { Entry } from './tier-access.ts';

/** An entry as the process keeps it: decoded, with its answer ready. */
export interface MemoryEntry extends Entry {
  /** The resolved promise that every hit gets; undefined for bytes, of which each caller gets a copy. */
  answer: Promise<unknown> | undefined;
  /** Before this the clock went back too far to believe the entry. */
  notBefore: number;
  /** A stale entry is not loaded again before this. */
  retryAt: number;
  sizeBytes: number;
}

/** What a {@link memoryTier} holds for one cache. */
export interface MemoryStore {
  get(key: string): MemoryEntry | undefined;
  set(key: string, entry: MemoryEntry): void;
  /** Removes what lies under a name of a key or tag, or everything. */
  remove(name: string): void;
  clear(): void;
}

/** The memory of the process as a tier; it can only be the first. */
export interface MemoryTier {
  readonly kind: 'memory';
  readonly name: 'memory';
  open(): MemoryStore;
}

/** How a {@link memoryTier} is bounded. */
export interface MemoryTierOptions {
  /** Most bytes of keys and encoded values together; what they take as objects is more. Default 64 MiB. */
  maxBytes?: number;
  /** Most entries. Default 10,000. */
  maxEntries?: number;
}

/** Makes the tier in the memory of this process: the least recently used entry goes first. */
export function memoryTier({ maxBytes = 64 * 1024 * 1024, maxEntries = 10_000 }: MemoryTierOptions = {}): MemoryTier {
  return { kind: 'memory', name: 'memory', open: () => openMemoryStore(maxBytes, maxEntries) };
}

function openMemoryStore(maxBytes: number, maxEntries: number): MemoryStore {
  const keysOfTags = new Map<string, Set<string>>();
  const entries = new LRUCache<string, MemoryEntry>({
    max: maxEntries,
    maxSize: maxBytes,
    sizeCalculation: ({ sizeBytes }) => sizeBytes,
    dispose: ({ tags }, key) => forget(keysOfTags, tags, key),
  });
  return {
    get: (key) => entries.get(key),
    set(key, entry) {
      entries.set(key, entry);
      // A value too large for the whole tier was not taken.
      if (entry.tags.length === 0 || entries.peek(key) !== entry) return;
      for (const tag of entry.tags) {
        const keys = keysOfTags.get(tag);
        if (keys) keys.add(key);
        else keysOfTags.set(tag, new Set([key]));
      }
    },
    remove(name) {
      if (name.startsWith('k')) entries.delete(name.slice(1));
      else if (name.startsWith('t')) for (const key of [...(keysOfTags.get(name.slice(1)) ?? [])]) entries.delete(key);
      else entries.clear();
    },
    clear: () => entries.clear(),
  };
}

function forget(keysOfTags: Map<string, Set<string>>, tags: readonly string[], key: string): void {
  for (const tag of tags) {
    const keys = keysOfTags.get(tag);
    keys?.delete(key);
    if (keys?.size === 0) keysOfTags.delete(tag);
  }
}

/** The promise of a hit. */
export function answerOf({ answer, value }: MemoryEntry): Promise<unknown> {
  return answer ?? Promise.resolve(copyBytes(value));
}

/** Bytes cannot be frozen: every caller gets his own. */
export function copyBytes(value: unknown): unknown {
  return value instanceof Uint8Array ? value.slice() : value;
}
