import type { PGlite, QueryOptions, Results } from '@electric-sql/pglite';
import { addNotice } from '../sources/add-notice.ts';
import { Page } from '../sources/page.ts';
import { cursorPrefix, pageCursor } from '../sources/page-cursor.ts';
import type { PageEnd, PagePart, PageRequest, ScriptResult, ScriptStatement, WholeRow } from '../sources/raw-page.ts';
import { readPage, type RowReader, type RowSink } from '../sources/read-page.ts';
import type { QueryAnswer, QueryJob } from './protocol.ts';

/** A fetch arrives whole here. */
const fetchLimits = { firstFetch: 4, largestFetch: 256 } as const;

/**
 * Reads one page in a READ ONLY transaction of a role without rights of its own, and rolls it back.
 *
 * A caller's text goes through the extended protocol only, which takes one statement. `SET LOCAL ROLE` ends with the transaction.
 */
export async function runPage(db: PGlite, request: PageRequest, emit: (part: PagePart) => void): Promise<PageEnd> {
  const notices: string[] = [];
  const options = textOptions(db, notices);
  return readOnly(db, async () => {
    const page = new Page(request);
    await readPage(await openReader(db, request, options), page, createEmitter(page, emit));
    const { cutBy, changed } = page;
    return { more: cutBy !== undefined, ...(cutBy === undefined ? {} : { cutBy }), changed, notices };
  });
}

/** Passes on what came since the time before. */
function createEmitter(page: Page, emit: (part: PagePart) => void): () => void {
  let emitted: number | undefined;
  return () => {
    const { columns, digest } = page;
    const part = { rows: page.rows.slice(emitted), ...(digest === undefined ? {} : { digest }) };
    emit(emitted === undefined ? { columns, ...part } : part);
    emitted = page.rows.length;
  };
}

/** Runs statements one after the other in a transaction like that of {@link runPage}. */
export async function runScript(db: PGlite, statements: readonly ScriptStatement[]): Promise<readonly ScriptResult[]> {
  const options = textOptions(db, []);
  return readOnly(db, async () => {
    const results: ScriptResult[] = [];
    for (const { prefix = '', sql, params = [] } of statements) {
      results.push(toFetched(await db.query<WholeRow>(`${prefix}${sql}`, [...params], options)));
    }
    return results;
  });
}

/** Runs SQL of our own as the owner, without a search path: see `Source.loadCatalog`. */
export async function runOwn(db: PGlite, { sql, params }: QueryJob): Promise<QueryAnswer> {
  return db.transaction(async (transaction) => {
    await transaction.exec('SET LOCAL search_path = pg_catalog');
    const { rows, fields } = await transaction.query(sql, [...params]);
    return { rows, fields };
  });
}

async function readOnly<Answer>(db: PGlite, work: () => Promise<Answer>): Promise<Answer> {
  await db.exec('BEGIN READ ONLY; SET LOCAL ROLE pg_read_all_data');
  try {
    return await work();
  } finally {
    await db.query('ROLLBACK');
  }
}

/** Leaves nothing of a call in the session: settings, prepared statements, cursors, locks, temporary tables, sequence and plan caches. */
export async function scrubSession(db: PGlite): Promise<void> {
  await db.query('DISCARD ALL');
}

async function openReader(db: PGlite, { kind, sql, params }: PageRequest, options: QueryOptions): Promise<RowReader> {
  if (kind === 'report') {
    return readFrom(await db.query<WholeRow>(sql, [...params], options));
  }
  await db.query(`${cursorPrefix}${sql}`, [...params], options);
  return {
    ...fetchLimits,
    async fetch({ skip, count }, sink) {
      if (skip > 0) {
        await db.query(`MOVE FORWARD ${String(skip)} FROM ${pageCursor}`, [], options);
      }
      return give(toFetched(await db.query<WholeRow>(`FETCH FORWARD ${String(count)} FROM ${pageCursor}`, [], options)), sink);
    },
  };
}

/** A reader of rows at hand. */
function readFrom(results: Results<WholeRow>): RowReader {
  const { columns, rows } = toFetched(results);
  let next = 0;
  return {
    ...fetchLimits,
    fetch({ skip, count }, sink) {
      next += skip;
      return Promise.resolve(give({ columns, rows: rows.slice(next, (next += count)) }, sink));
    },
  };
}

function give({ columns, rows }: ScriptResult, sink: RowSink): number {
  sink.open(columns);
  return rows.findIndex((row) => !sink.take(row)) + 1 || rows.length;
}

function toFetched({ fields, rows }: Results<WholeRow>): ScriptResult {
  return { columns: fields.map(({ name, dataTypeID }) => ({ name, typeOid: dataTypeID })), rows };
}

/** Every value in and out as PostgreSQL's own text: the engine's parsers lose microseconds, digits and zones. */
function textOptions(db: PGlite, notices: string[]): QueryOptions {
  const asText = (value: string): string => value;
  const oids = Object.keys(db.parsers);
  return {
    rowMode: 'array',
    parsers: Object.fromEntries(oids.map((oid) => [oid, asText])),
    serializers: Object.fromEntries(Object.keys(db.serializers).map((oid) => [oid, asText])),
    onNotice: (notice) => addNotice(notices, notice),
  };
}
