import { z } from 'zod';
import { kindOf } from './show-value.ts';

/** Says what is wrong with a text as a predicate ("must be …"), or nothing when it is fine. */
export type FindTextProblem = (value: string) => string | undefined;

/** Lengths published in the JSON Schema of a text, in Unicode code points. */
export interface TextBounds {
  minLength?: number;
  maxLength: number;
  /** Source of a regular expression, published as `pattern`. */
  pattern?: string;
}

/** A zod string with one check that reports the first problem found, so that a caller reads one sentence instead of three. */
export function checkText(findProblem: FindTextProblem, bounds: TextBounds): z.ZodString {
  return z
    .string({ error: (issue) => (issue.input === undefined ? 'is required' : `must be text; got ${kindOf(issue.input)}`) })
    .check((payload) => {
      const problem = findProblem(payload.value);
      if (problem !== undefined) {
        payload.issues.push({ code: 'custom', input: payload.value, message: problem });
      }
    })
    .meta({ ...bounds });
}

/** Finds what no store, path or wire can carry: a NUL character, or half of a surrogate pair (not encodable in UTF-8, RFC 3629). */
export function findUnstorable(value: string): string | undefined {
  const nul = value.indexOf('\0');
  if (nul >= 0) {
    return `must not contain a NUL character; there is one at position ${String(nul)}`;
  }
  return value.isWellFormed() ? undefined : 'must be valid Unicode; it contains half of a surrogate pair';
}
