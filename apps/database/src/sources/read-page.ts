import { createHash } from 'node:crypto';
import type { PageEnd, PagePart, PageRequest, RawCell, RawColumn, WholeRow } from './raw-page.ts';

/** A cursor of a database over one statement. */
export interface RowReader {
  /** Reads on, at most `count` rows (at least 1); fewer only at the end. */
  fetch(count: number): Promise<{ readonly columns: readonly RawColumn[]; readonly rows: readonly WholeRow[] }>;
  /** Goes on without reading. */
  skip(count: number): Promise<void>;
}

/** A table so wide that its column names alone fill the page. */
export class TooManyColumnsError extends Error {
  override readonly name = 'TooManyColumnsError';
  readonly columns: number;

  constructor(columns: number) {
    super(`A row of ${String(columns)} columns does not fit a page.`);
    this.columns = columns;
  }
}

const firstFetch = 4;
const largestFetch = 256;
/** How much one fetch may bring, judged by the rows before it. */
const fetchBytes = 1_000_000;
/** Shortest a value is cut to, however wide the row. */
const smallestCell = 16;

/**
 * Reads one page in growing fetches and stops at the first limit: rows, bytes. A row that alone exceeds the bytes has its values cut shorter.
 *
 * @param emit Gets rows as they are read, so that a reader stopped by a deadline has given what it had.
 * @throws TooManyColumnsError
 */
export async function readPage(reader: RowReader, request: PageRequest, emit: (part: PagePart) => void): Promise<Omit<PageEnd, 'notices'>> {
  const changed = await goToOffset(reader, request);
  const page = new Page(request);
  let size = Math.min(firstFetch, request.maxRows + 1);
  let fetched = await reader.fetch(size);
  page.open(fetched.columns);
  emit({ columns: fetched.columns, ...page.take(fetched.rows) });
  while (page.cutBy === undefined && fetched.rows.length === size) {
    size = page.nextFetch(size);
    fetched = await reader.fetch(size);
    emit(page.take(fetched.rows));
  }
  return { ...page.end(), changed };
}

/** Stands before the first row of the page. @returns Whether the row before it differs from what the page before saw. */
async function goToOffset(reader: RowReader, { offset, digest }: PageRequest): Promise<boolean> {
  if (offset === 0) {
    return false;
  }
  if (offset > 1) {
    await reader.skip(offset - 1);
  }
  const [last] = (await reader.fetch(1)).rows;
  return last === undefined || digestRow(last) !== digest;
}

/** A page being filled. */
class Page {
  readonly #request: PageRequest;
  #maxCell: number;
  #bytes = 0;
  #bytesRead = 0;
  #last: WholeRow | undefined;
  count = 0;
  cutBy: 'rows' | 'bytes' | undefined;

  constructor(request: PageRequest) {
    this.#request = request;
    this.#maxCell = request.maxCell;
  }

  /** Fits the values to the width of the rows. */
  open(columns: readonly RawColumn[]): void {
    const { maxBytes, maxCell } = this.#request;
    if (Buffer.byteLength(JSON.stringify(columns)) > maxBytes / 2) {
      throw new TooManyColumnsError(columns.length);
    }
    this.#maxCell = Math.max(smallestCell, Math.min(maxCell, Math.floor(maxBytes / 2 / Math.max(1, columns.length))));
  }

  /** Takes what still fits; `cutBy` then says what did not. */
  take(rows: readonly WholeRow[]): PagePart {
    const taken: RawCell[][] = [];
    for (const row of rows) {
      const cells = row.map((value) => cutCell(value, this.#maxCell));
      const bytes = Buffer.byteLength(JSON.stringify(cells));
      this.cutBy = this.#findLimit(bytes);
      if (this.cutBy !== undefined) {
        break;
      }
      taken.push(cells);
      this.count += 1;
      this.#bytes += bytes;
      this.#bytesRead += row.reduce((sum, value) => sum + (value?.length ?? 0), 0);
      this.#last = row;
    }
    return this.#last === undefined ? { rows: taken } : { rows: taken, digest: digestRow(this.#last) };
  }

  /** How many rows to read next: growing, but no more than fit `fetchBytes` at the size of the rows so far. */
  nextFetch(previous: number): number {
    const rowBytes = this.#bytesRead / Math.max(1, this.count);
    const wanted = Math.min(previous * 8, largestFetch, Math.floor(fetchBytes / Math.max(1, rowBytes)));
    return Math.min(Math.max(1, wanted), this.#request.maxRows + 1 - this.count);
  }

  end(): Omit<PageEnd, 'notices' | 'changed'> {
    return this.cutBy === undefined ? { more: false } : { more: true, cutBy: this.cutBy };
  }

  #findLimit(bytes: number): 'rows' | 'bytes' | undefined {
    if (this.count === this.#request.maxRows) {
      return 'rows';
    }
    return this.count > 0 && this.#bytes + bytes > this.#request.maxBytes ? 'bytes' : undefined;
  }
}

function cutCell(value: string | null, max: number): RawCell {
  if (value === null || value.length <= max) {
    return value;
  }
  const start = value.slice(0, max);
  return { start: start.isWellFormed() ? start : start.slice(0, -1), length: value.length };
}

/** A digest of whole values that no two different rows share; `null` differs from every text. */
function digestRow(row: WholeRow): string {
  const hash = createHash('sha256');
  for (const value of row) {
    hash.update(value === null ? '-;' : `${String(value.length)};`).update(value ?? '');
  }
  return hash.digest('base64url').slice(0, 22);
}
