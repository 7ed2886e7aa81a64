import type { z } from 'zod';
import { checkText } from './check-text.ts';

const maxLength = 4096;
const printable = '^[!-~]+$';
const printableAscii = new RegExp(printable);

/**
 * The cursor of a page as a zod string: opaque, 1 to 4,096 printable ASCII characters. Make it `.optional()`: the first page has none.
 *
 * It says nothing about who minted the cursor; that is for whoever unseals it.
 */
export function cursorParam(): z.ZodString {
  return checkText(
    (value) => {
      if (value === '') {
        return 'must not be empty; leave it out for the first page';
      }
      if (value.length > maxLength || !printableAscii.test(value)) {
        return 'must be a nextCursor of an earlier answer, unchanged; leave it out for the first page';
      }
      return undefined;
    },
    { minLength: 1, maxLength, pattern: printable },
  ).describe('The nextCursor of the previous page. Leave it out for the first page.');
}
