/** One line of the file named by `SOAK_MEASUREMENTS`: a number that a suite measured. */
export interface Measurement {
  /** Section in docs/reference/measurements.md, such as `stores`. */
  suite: string;
  /** What was measured, such as `add, 8 processes, SQLite`. */
  name: string;
  value: number;
  /** Such as `ms`, `calls/s`, `x` for a ratio. */
  unit: string;
  /** The promise, such as `<= 0.80`; a suite fails by itself when it is broken. */
  bound?: string;
}

/**
 * Reads the lines that suites appended, in order.
 *
 * @throws Error naming the line that is no measurement.
 */
export function parseMeasurements(text: string): Measurement[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const value: unknown = JSON.parse(line);
      if (!isMeasurement(value)) throw new Error(`No measurement: ${line.slice(0, 200)}`);
      return value;
    });
}

function isMeasurement(value: unknown): value is Measurement {
  if (typeof value !== 'object' || value === null) return false;
  const { suite, name, value: number, unit } = value as Partial<Record<keyof Measurement, unknown>>;
  return typeof suite === 'string' && typeof name === 'string' && typeof number === 'number' && typeof unit === 'string';
}
