import type { FetchLimits, Page } from './page.ts';
import type { RawColumn, WholeRow } from './raw-page.ts';

/** Takes rows as they come. */
export interface RowSink {
  /** Before the first row, and at the end of a fetch without rows. */
  open(columns: readonly RawColumn[]): void;
  /** @returns Whether another row is wanted; none is handed in once it is not. */
  take(row: WholeRow): boolean;
  /** Bytes that the next row may have; a reader that can tell stops one that has more. */
  readonly room: number;
}

/** What to read next. */
export interface FetchRange {
  /** Rows to pass over before. */
  readonly skip: number;
  /** Rows to read at most, at least 1. */
  readonly count: number;
  /** Whether no page needs more than these. */
  readonly isLast: boolean;
}

/** A cursor of a database over one statement. */
export interface RowReader extends FetchLimits {
  /** Reads on, row by row into the sink. @returns How many rows came: fewer than asked for only at the end, or when no more were wanted. */
  fetch(range: FetchRange, sink: RowSink): Promise<number>;
}

/**
 * Reads one page in growing fetches and stops at the first limit: rows, bytes. A row that alone exceeds the bytes has its values cut shorter.
 *
 * @param page Holds what was read, also when this rejects.
 * @param onFetch After each fetch, to pass on what is there.
 * @throws TooManyColumnsError
 */
export async function readPage(reader: RowReader, page: Page, onFetch?: () => void): Promise<void> {
  let skip = page.skip;
  let count = 0;
  let got: number;
  do {
    count = page.nextFetch(count, reader);
    got = await reader.fetch({ skip, count, isLast: page.endsWith(count) }, page);
    skip = 0;
    onFetch?.();
  } while (page.cutBy === undefined && got === count);
}
