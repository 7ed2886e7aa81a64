/** One column as the database reports it. */
export interface RawColumn {
  readonly name: string;
  /** OID of its type in `pg_type`. */
  readonly typeOid: number;
}

/** The start of a value too large to carry, and how many characters it had. */
export interface CutCell {
  readonly start: string;
  readonly length: number;
}

/** A value in PostgreSQL's text format, `null`, or the start of one that was too long. */
export type RawCell = string | null | CutCell;

/** A row as read, before anything is cut. */
export type WholeRow = readonly (string | null)[];

/** One statement of a script, run by the extended protocol whatever its text. Plain data. */
export interface ScriptStatement {
  readonly sql: string;
  /** Our own words before a caller's `sql`, such as `EXPLAIN `; positions in errors are counted after them. One statement of a script. */
  readonly prefix?: string;
  /** Values in text format, `$1` first. Default: none. */
  readonly params?: readonly (string | null)[];
}

/** Rows of one statement of a script, values in text format. */
export interface ScriptResult {
  readonly columns: readonly RawColumn[];
  readonly rows: readonly WholeRow[];
}

/** One page to read of one statement. Plain data: it crosses to a worker thread. */
export interface PageRequest {
  readonly sql: string;
  /** Values in text format, `$1` first. */
  readonly params: readonly (string | null)[];
  /** `rows`: read by a cursor. `report`: EXPLAIN and SHOW, which have none. */
  readonly kind: 'rows' | 'report';
  readonly offset: number;
  /** Digest of the row before `offset`, as the page before saw it. */
  readonly digest?: string;
  readonly maxRows: number;
  /** Bytes of JSON that the rows may take. */
  readonly maxBytes: number;
  /** Characters that one value may have. */
  readonly maxCell: number;
}

/** What is known once a page is read to its end. Plain data. */
export interface PageEnd {
  /** Rows come after this page. */
  readonly more: boolean;
  readonly cutBy?: 'rows' | 'bytes';
  /** The row before `offset` is not what the page before saw. */
  readonly changed: boolean;
  readonly notices: readonly string[];
}

/** Rows of a page in parts, as they are read. */
export interface PagePart {
  /** With the first part. */
  readonly columns?: readonly RawColumn[];
  readonly rows: readonly (readonly RawCell[])[];
  /** Digest of the last row so far, over whole values; absent without rows. */
  readonly digest?: string;
}
