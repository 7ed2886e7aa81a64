import { unitNumber, type UnitNumber } from './unit-number.ts';

/** Options of {@link byteSize}. */
export interface ByteSizeOptions {
  /** The smallest size in bytes. Default 0. */
  min?: number;
  /** The largest size in bytes. Default `Number.MAX_SAFE_INTEGER`. */
  max?: number;
}

const units = new Map([
  ['b', 1],
  ['kb', 1_000],
  ['mb', 1_000_000],
  ['gb', 1_000_000_000],
  ['tb', 1_000_000_000_000],
  ['kib', 2 ** 10],
  ['mib', 2 ** 20],
  ['gib', 2 ** 30],
  ['tib', 2 ** 40],
]);

/**
 * A size as a zod type: a whole number of bytes, or a text `10MB` (powers of 1000) or `64KiB` (powers of 1024, IEC 80000-13).
 * The output is bytes.
 *
 * Units in any case; a text without a unit is bytes; a lone `K`, `M` or `G` is refused, since it means both.
 */
export function byteSize({ min = 0, max = Number.MAX_SAFE_INTEGER }: ByteSizeOptions = {}): UnitNumber {
  return unitNumber({
    kind: 'size',
    units,
    normaliseUnit: (unit) => unit.toLowerCase(),
    min,
    max,
    counts: 'bytes',
    examples: '"512KB", "10MB" or "64KiB"',
  });
}
