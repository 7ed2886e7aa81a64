import { z } from 'zod';
import { showValue } from './show-value.ts';

/** Options of {@link limitParam}. */
export interface LimitParamOptions {
  /** How many when the caller does not say. */
  default: number;
  /** The most a caller may ask for. */
  max: number;
  /** What to do about a limit above `max`. Default "Use cursor to read further pages."; empty for none. */
  hint?: string;
}

/**
 * The size of a page as a zod integer from 1 to `max` with a default.
 *
 * Throws a RangeError when `default` and `max` do not fit together.
 */
export function limitParam(options: LimitParamOptions): z.ZodDefault<z.ZodInt> {
  const { max, hint = 'Use cursor to read further pages.' } = options;
  if (!Number.isSafeInteger(max) || !Number.isSafeInteger(options.default) || options.default < 1 || options.default > max) {
    throw new RangeError(`A limit needs whole numbers 1 <= default <= max; got default ${String(options.default)}, max ${String(max)}.`);
  }
  const error = (issue: z.core.$ZodRawIssue): string => {
    const range = `between 1 and ${String(max)}; got ${showValue(issue.input)}`;
    if (typeof issue.input === 'number' && issue.input > max) {
      return `must be ${range}.${hint === '' ? '' : ` ${hint}`}`;
    }
    return issue.code === 'invalid_type' ? `must be a whole number ${range}.` : `must be ${range}.`;
  };
  return z
    .int({ error, abort: true })
    .min(1, { error })
    .max(max, { error })
    .describe(`How many to return at most, 1 to ${String(max)}.`)
    .default(options.default);
}
