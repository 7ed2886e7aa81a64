import { unitNumber, type UnitNumber } from './unit-number.ts';

/** Options of {@link durationMs}. */
export interface DurationOptions {
  /** The shortest duration in milliseconds. Default 0. */
  min?: number;
  /** The longest duration in milliseconds. Default 2,147,483,647 (24.8 days), above which Node's timers fire at once. */
  max?: number;
}

const units = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/**
 * A duration as a zod type: a whole number of milliseconds, or a text `500ms`, `30s`, `5m`, `2h`, `1.5d`. The output is milliseconds.
 *
 * Units are lower case, since `M` would be a month elsewhere; a text without a unit is milliseconds.
 */
export function durationMs({ min = 0, max = 2_147_483_647 }: DurationOptions = {}): UnitNumber {
  return unitNumber({
    units,
    kind: 'duration',
    normaliseUnit: (unit) => unit,
    min,
    max,
    counts: 'milliseconds',
    examples: '"500ms", "30s", "5m", "2h" or "1d"',
  });
}
