import { appendFile } from 'node:fs/promises';

/** A number that a test or benchmark measured. */
export interface Measurement {
  /** Section of docs/reference/measurements.md, such as `stores`. */
  readonly suite: string;
  /** What was measured, such as `add from 8 processes, SQLite`. */
  readonly name: string;
  readonly value: number;
  /** Such as `ms`, `calls/s`, or `x` for a ratio. */
  readonly unit: string;
  /** The promise, such as `<= 0.80`; the test itself fails when it is broken. Default: none. */
  readonly bound?: string;
}

/** Appends a measurement to the file named by `SOAK_MEASUREMENTS`, one JSON object a line; does nothing without it (`npm run soak` sets it). */
export async function recordMeasurement(measurement: Measurement, file = process.env['SOAK_MEASUREMENTS']): Promise<void> {
  if (file !== undefined) await appendFile(file, `${JSON.stringify(measurement)}\n`);
}
