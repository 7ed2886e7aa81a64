import type { ScannedEntry } from './scan-directory.ts';

/** What entries are ordered by; by bytes of the name where this is equal. */
export interface Rank {
  /** Smaller comes first. */
  readonly key: number;
  readonly bytes: string;
}

/** An entry and its place in the order. */
export interface RankedEntry extends Rank {
  readonly entry: ScannedEntry;
}

/** Compares names by their bytes, one in each character. */
export function compareBytes(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Compares places in the order. */
export function compareRanks(one: Rank, other: Rank): number {
  return one.key - other.key || compareBytes(one.bytes, other.bytes);
}

/** Keeps the first `count` entries in the order of everything added, in memory for twice as many. */
export function keepFirst(count: number): { add(entry: RankedEntry): void; take(): readonly RankedEntry[] } {
  let kept: RankedEntry[] = [];
  let bound: RankedEntry | undefined;
  const trim = (): void => {
    kept = kept.sort(compareRanks).slice(0, count);
    bound = kept.length === count ? kept.at(-1) : undefined;
  };
  return {
    add(entry) {
      if (bound !== undefined && compareRanks(entry, bound) >= 0) return;
      kept.push(entry);
      if (kept.length >= 2 * count) trim();
    },
    take() {
      trim();
      return kept;
    },
  };
}
