import { createHash } from 'node:crypto';
import { AppError } from '@trellis-mcp/errors';
import { z } from 'zod';

/** How long a cursor of a search can be sent. */
export const cursorTtlMs = 15 * 60_000;

/** Longer paths would make cursors that are longer than one may be. */
const maxPathUnits = 1_000;

/** Where a page ended. */
export const place = z.object({
  /** Digest of the search. */
  search: z.string(),
  path: z.string(),
  line: z.int(),
  /** Matches of that file on this page and those before. */
  seen: z.int(),
});

/** Where a page ended. */
export type Place = z.output<typeof place>;

/** Digest of all that makes one search another one. */
export function digestSearch(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}

/**
 * Reads what a cursor held.
 *
 * @throws AppError `INVALID_INPUT` for a cursor of another search.
 */
export function readPlace(value: unknown, search: string): Place {
  const read = place.safeParse(value);
  if (!read.success || read.data.search !== search) {
    throw new AppError('INVALID_INPUT', 'The cursor belongs to another search.', {
      hint: 'Send the arguments of the page before, unchanged, or leave the cursor out.',
    });
  }
  return read.data;
}

/** Whether a cursor can hold the path. */
export function canHold(path: string): boolean {
  return path.length <= maxPathUnits;
}
