import type { z } from 'zod';
import { checkText, findUnstorable } from './check-text.ts';
import { showValue } from './show-value.ts';

/** Options of {@link identifier}. */
export interface IdentifierOptions {
  /** The longest name in UTF-8 bytes. Default 63, the limit of PostgreSQL (NAMEDATALEN - 1). */
  maxBytes?: number;
}

/**
 * An SQL identifier as a zod string: 1 to 63 UTF-8 bytes, no NUL, valid Unicode. It is taken verbatim: never folded, trimmed or normalised.
 *
 * Every other character is legal in a quoted identifier, quotes and look-alikes included: the value is a *name*, and whoever builds SQL
 * still quotes it or compares it with the catalogue.
 */
export function identifier({ maxBytes = 63 }: IdentifierOptions = {}): z.ZodString {
  return checkText(
    (value) => {
      if (value === '') {
        return 'must not be empty';
      }
      if (value.length > maxBytes || Buffer.byteLength(value) > maxBytes) {
        return `must be at most ${String(maxBytes)} bytes, as every SQL identifier; got ${showValue(value)}`;
      }
      return findUnstorable(value);
    },
    { minLength: 1, maxLength: maxBytes },
  );
}
