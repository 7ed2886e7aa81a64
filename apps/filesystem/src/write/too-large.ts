import { AppError } from '@trellis-mcp/errors';
import { type Located, quote } from '../roots/located.ts';

/** What to answer for more bytes than a call writes. */
export function tooLarge(located: Located, actual: number | bigint, limit: number): AppError {
  return new AppError('LIMIT', `${quote(located)} has ${actual} bytes or more; at most ${limit} are written.`, {
    hint: 'An operator can raise --max-write-bytes.',
    details: { limitBytes: limit, actualBytes: Number(actual) },
  });
}
