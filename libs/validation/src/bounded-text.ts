import type { z } from 'zod';
import { checkText, findUnstorable } from './check-text.ts';
import { showValue } from './show-value.ts';

/** Options of {@link boundedText}. */
export interface BoundedTextOptions {
  /** The longest text, in characters (Unicode code points). */
  max: number;
  /** The shortest text, in characters. Default 0. */
  min?: number;
  /** What the text must match; anchors are yours to write. No flag but `u` or `v`, since JSON Schema has none. */
  pattern?: RegExp;
  /** The pattern in words, for the message: "lower-case letters and dashes". Default: the pattern itself. */
  patternMeans?: string;
}

/**
 * Text with an upper bound as a zod string: no NUL, valid Unicode, lengths in code points as JSON Schema counts them.
 *
 * The pattern runs only on text within the bound. Throws a TypeError when the pattern carries flags that JSON Schema cannot publish.
 */
export function boundedText(options: BoundedTextOptions): z.ZodString {
  const { max, min = 0, pattern } = options;
  if (pattern !== undefined && /[^uv]/.test(pattern.flags)) {
    throw new TypeError(`The pattern ${String(pattern)} must have no flag but u or v.`);
  }
  return checkText((value) => findLengthProblem(value, { min, max }) ?? findUnstorable(value) ?? findMismatch(value, options), {
    ...(min > 0 ? { minLength: min } : {}),
    maxLength: max,
    ...(pattern === undefined ? {} : { pattern: pattern.source }),
  });
}

function findLengthProblem(value: string, { min, max }: { min: number; max: number }): string | undefined {
  if (value.length > 2 * max) {
    return `must be at most ${String(max)} characters; got more than ${String(max)}`;
  }
  const length = countCodePoints(value);
  if (length > max) {
    return `must be at most ${String(max)} characters; got ${String(length)}`;
  }
  if (length < min) {
    return length === 0 ? 'must not be empty' : `must be at least ${String(min)} characters; got ${String(length)}`;
  }
  return undefined;
}

function countCodePoints(value: string): number {
  let count = 0;
  for (let index = 0; index < value.length; index += (value.codePointAt(index) ?? 0) > 0xffff ? 2 : 1) {
    count += 1;
  }
  return count;
}

function findMismatch(value: string, { pattern, patternMeans }: BoundedTextOptions): string | undefined {
  if (pattern === undefined || pattern.test(value)) {
    return undefined;
  }
  return `must be ${patternMeans ?? `text matching ${pattern.source}`}; got ${showValue(value)}`;
}
