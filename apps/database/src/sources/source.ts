import type { Kysely } from 'kysely';
import type { SqlGate } from '../sql/gate.ts';
import type { SearchPath } from './create-search-path.ts';
import type { PageEnd, PageRequest, RawCell, RawColumn, ScriptResult, ScriptStatement } from './raw-page.ts';
import type { TypeCatalog } from './type-catalog.ts';

/** A page of a statement, values still in text format. */
export interface RawPage extends Omit<PageEnd, 'cutBy'> {
  readonly columns: readonly RawColumn[];
  readonly rows: readonly (readonly RawCell[])[];
  /** `time`: the deadline came while rows were read; the rows so far are given. */
  readonly cutBy?: 'rows' | 'bytes' | 'time';
  /** Digest of the last row, to be handed in with the next page; absent without rows. */
  readonly digest?: string;
}

/** Limits of one statement. */
export interface RunOptions {
  /** The caller is gone, or its deadline passed. */
  readonly signal: AbortSignal;
  /** The most that the statement itself may take. */
  readonly timeoutMs: number;
  /** What runs leaves something in the session that no scrub takes away, unless it ends well: a session that failed is closed. Default: false. */
  readonly leavesTraces?: boolean;
}

/** What reading the catalogue needs of a source. */
export type CatalogSource = Pick<Source, 'engine' | 'loadCatalog' | 'loadSearchPath'>;

/** One database that tools read, whatever its engine. */
export interface Source {
  /** As callers name it. */
  readonly name: string;
  readonly engine: 'postgres' | 'pglite';
  /** Judges a caller's SQL by the functions of this very database. */
  readonly gate: SqlGate;
  /**
   * For our own queries: trusted SQL, short, on the catalogue. Its search path is `pg_catalog` alone, so that it runs nothing of a user.
   * Kysely is loaded with it: no list of tools needs it.
   */
  loadCatalog(): Promise<Kysely<unknown>>;
  /** The search path of callers' statements. */
  loadSearchPath(): Promise<SearchPath>;
  /** Type names and kinds. When one of `oids` is not among those known, they are loaded anew, at most every 10 seconds. */
  loadTypes(oids?: readonly number[]): Promise<TypeCatalog>;
  /**
   * Reads one page of a statement that the gate accepted: READ ONLY, extended protocol, always rolled back, nothing left in the session.
   *
   * @throws AppError `INVALID_INPUT` for what the caller can correct, else `TIMEOUT`, `CANCELLED`, `LIMIT` or `UPSTREAM`.
   */
  readPage(request: PageRequest, options: RunOptions): Promise<RawPage>;
  /**
   * Runs statements in order in one READ ONLY transaction, rolled back and scrubbed like a page. For our own short SQL around a statement
   * that the gate accepted, such as EXPLAIN or PREPARE put before it: a caller's text is never run by itself.
   *
   * @returns One result for each statement.
   * @throws AppError like {@link Source.readPage}.
   */
  runScript(statements: readonly ScriptStatement[], options: RunOptions): Promise<readonly ScriptResult[]>;
  /** Whether the database can be used. Starts nothing that is lazy. */
  check(signal: AbortSignal): Promise<{ readonly ok: boolean; readonly detail?: string }>;
  close(): Promise<void>;
}
