import type { MemoryTier } from './memory-tier.ts';

/** Who reads and writes a tier: the processes of one machine, or those of all. */
export type TierScope = 'machine' | 'shared';

/** What a write to a tier must know. */
export interface SwapOptions {
  /** The id of what lies there now, empty for nothing: with any other the write is refused. */
  expectedId: string;
  /** After this many milliseconds the tier may drop the record as garbage. */
  keepMs: number;
  /** Names whose markers must be kept as long. */
  keepAlive: readonly string[];
  /** Written only while this is the last position of the invalidation log; a tier that does not hold that log refuses. */
  position?: string;
}

/** A record to write, and the name it lies under. */
export type NamedRecord = readonly [name: string, record: string];

/**
 * The few steps a cache needs of a tier: a place for text under names, whose characters 2 to 17 are its id. Each step is atomic
 * in itself; each rejects when the tier fails.
 */
export interface TierStore {
  /** Gives what lies under each name, in order. */
  read(names: readonly string[]): Promise<(string | undefined)[]>;
  /** Gives what lies under one name, null for nothing: for a tier that does so with less work than `read`. Bytes are UTF-8. */
  readOne?(name: string): Promise<string | Buffer | null>;
  /** Writes a record unless another one came to lie there; whether it did. */
  swap(name: string, record: string, options: SwapOptions): Promise<boolean>;
  /** Writes records, whatever lies there. */
  put(records: readonly NamedRecord[], keepMs: number): Promise<void>;
  /** Removes everything. */
  clear(): Promise<void>;
}

/** What a tier is opened with. */
export interface TierContext {
  /** Caches of different names never meet in a tier. */
  namespace: string;
  now: () => number;
}

/** A tier below the memory of the process. */
export interface StoreTier {
  readonly kind: 'store';
  /** Shown in reports and statistics. */
  readonly name: string;
  readonly scope: TierScope;
  /** Longest wait for one step, in milliseconds; then it counts as failed. */
  readonly timeoutMs: number;
  open(context: TierContext): TierStore;
}

/** One place of {@link TieredCacheOptions.tiers}, made by `memoryTier`, `redisTier`, `sqliteTier` or `postgresTier`. */
export type CacheTier = MemoryTier | StoreTier;

/** The name that an entry lies under. */
export function keyName(key: string): string {
  return `k${key}`;
}

/** The name that the marker of a tag lies under. */
export function tagName(tag: string): string {
  return `t${tag}`;
}

/** The name that stands for everything. */
export const everything = '*';

/** How long the marker of a deleted key stays: nothing whose load took longer may be kept. */
export const markerLifeMs = 600_000;
