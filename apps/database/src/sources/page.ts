import { digestRow } from './digest-row.ts';
import { countRowBytes } from './json-bytes.ts';
import type { PageRequest, RawCell, RawColumn, WholeRow } from './raw-page.ts';

/** A table so wide that its column names alone fill the page. */
export class TooManyColumnsError extends Error {
  override readonly name = 'TooManyColumnsError';
  readonly columns: number;

  constructor(columns: number) {
    super(`A row of ${String(columns)} columns does not fit a page.`);
    this.columns = columns;
  }
}

/** Limits of a {@link Page}. */
export type PageLimits = Pick<PageRequest, 'maxRows' | 'maxBytes' | 'maxCell' | 'offset' | 'digest'>;

/** How many rows to read at once. */
export interface FetchLimits {
  /** The first time. */
  readonly firstFetch: number;
  readonly largestFetch: number;
}

/** Shortest a value is cut to, however wide the row. */
const smallestCell = 16;
/** How much one fetch is to bring, in characters, judged by the rows before it. */
const fetchSize = 1_000_000;
/** A fetch that brings more than this ends the page. */
const largestFetchSize = 8 * fetchSize;
/** Most bytes of a first row: it is cut short only when it is there. */
const largestFirstRow = 60_000_000;
/** Most bytes of a row after it. */
const largestNextRow = 4_000_000;
/** A row of more is digested when it comes, so that it needs not be kept. */
const largeRow = 100_000;

/** A page being filled, row by row. It keeps what fits and nothing else. */
export class Page {
  readonly #limits: PageLimits;
  #maxCell: number;
  #bytes = 0;
  #size = 0;
  #sizeBefore = 0;
  #awaitsRowBefore: boolean;
  #last: WholeRow | undefined;
  #digest: string | undefined;
  #columns: readonly RawColumn[] | undefined;
  readonly rows: RawCell[][] = [];
  cutBy: 'rows' | 'bytes' | undefined;
  /** The row before the page is not what the page before saw. */
  changed: boolean;

  constructor(limits: PageLimits) {
    this.#limits = limits;
    this.#maxCell = limits.maxCell;
    this.#awaitsRowBefore = limits.offset > 0;
    this.changed = this.#awaitsRowBefore;
  }

  /** None before {@link Page.open}. */
  get columns(): readonly RawColumn[] {
    return this.#columns ?? [];
  }

  /** Bytes that the next row may have: a page that has rows does not wait for one that is far larger. */
  get room(): number {
    return this.rows.length === 0 ? largestFirstRow : largestNextRow;
  }

  /** Digest of the last row, over whole values; none without rows. */
  get digest(): string | undefined {
    return this.#last === undefined ? this.#digest : digestRow(this.#last);
  }

  /** Rows to pass over before the first that is taken, which is the one before the page, if any. */
  get skip(): number {
    return Math.max(0, this.#limits.offset - 1);
  }

  /**
   * Fits the values to the width of the rows. Asked again it does nothing.
   *
   * @throws TooManyColumnsError
   */
  open(columns: readonly RawColumn[]): void {
    if (this.#columns !== undefined) {
      return;
    }
    const { maxBytes, maxCell } = this.#limits;
    if (Buffer.byteLength(JSON.stringify(columns)) > maxBytes / 2) {
      throw new TooManyColumnsError(columns.length);
    }
    this.#columns = columns;
    this.#maxCell = Math.max(smallestCell, Math.min(maxCell, Math.floor(maxBytes / 2 / Math.max(1, columns.length))));
  }

  /** Takes a row if it still fits; `cutBy` then says why not. @returns Whether more may be handed in. */
  take(row: WholeRow): boolean {
    if (this.#awaitsRowBefore) {
      this.#awaitsRowBefore = false;
      this.changed = digestRow(row) !== this.#limits.digest;
      return true;
    }
    const cells = row.map((value) => cutCell(value, this.#maxCell));
    const bytes = countRowBytes(cells);
    this.cutBy = this.#findLimit(bytes);
    if (this.cutBy !== undefined) {
      return false;
    }
    this.rows.push(cells);
    this.#bytes += bytes;
    this.#remember(row);
    return true;
  }

  /** How many rows to read next: growing, but no more than fit the fetch and the page at the size of the rows so far. */
  nextFetch(previous: number, { firstFetch, largestFetch }: FetchLimits): number {
    const { maxRows, maxBytes } = this.#limits;
    const count = Math.max(1, this.rows.length);
    const wanted = Math.min(
      previous === 0 ? firstFetch : previous * 8,
      largestFetch,
      Math.floor(fetchSize / Math.max(1, this.#size / count)),
      Math.ceil((maxBytes - this.#bytes) / Math.max(1, this.#bytes / count)) + 1,
    );
    this.#sizeBefore = this.#size;
    return Math.min(Math.max(1, wanted), maxRows + 1 - this.rows.length) + (this.#awaitsRowBefore ? 1 : 0);
  }

  /** Whether the page is over after so many more rows. */
  endsWith(count: number): boolean {
    return this.rows.length + count - (this.#awaitsRowBefore ? 1 : 0) > this.#limits.maxRows;
  }

  #findLimit(bytes: number): 'rows' | 'bytes' | undefined {
    if (this.rows.length === this.#limits.maxRows) {
      return 'rows';
    }
    const isFull = this.#bytes + bytes > this.#limits.maxBytes || this.#size - this.#sizeBefore > largestFetchSize;
    return this.rows.length > 0 && isFull ? 'bytes' : undefined;
  }

  #remember(row: WholeRow): void {
    const size = row.reduce((sum, value) => sum + (value?.length ?? 0), 0);
    this.#size += size;
    this.#last = size > largeRow ? undefined : row;
    this.#digest = size > largeRow ? digestRow(row) : undefined;
  }
}

function cutCell(value: string | null, max: number): RawCell {
  if (value === null || value.length <= max) {
    return value;
  }
  const start = value.slice(0, max);
  // By way of bytes: a slice alone would keep the whole value in memory.
  return { start: Buffer.from(start.isWellFormed() ? start : start.slice(0, -1)).toString(), length: value.length };
}
