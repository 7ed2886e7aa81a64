import { AppError, isAppError } from '@trellis-mcp/errors';
import { renderCell } from '../sources/render-cell.ts';
import type { RawPage, RunOptions, Source } from '../sources/source.ts';
import type { RowAccess } from './describer.ts';

/** Rows of an object, or why there are none. */
export interface Sample {
  readonly sample?: readonly (readonly unknown[])[];
  /** Names of the values of a row; absent when every column is there. */
  readonly sampleColumns?: readonly string[];
  readonly note?: string;
}

/** What bounds a sample. */
export interface SampleOptions extends RunOptions {
  readonly count: number;
}

/** Characters of one value. */
const maxCell = 200;

/** Columns of one row, in order; `query` reads the others. */
const maxColumns = 60;

const maxBytes = 12_288;

/** A view can be slow; a description should not be. */
const maxTimeoutMs = 5_000;

/** Reads a few rows like `query` does: through the gate, capped. What cannot be read is a note: a description is of use without. */
export async function readSample(
  source: Pick<Source, 'gate' | 'readPage' | 'loadTypes'>,
  rows: RowAccess,
  { count, ...run }: SampleOptions,
): Promise<Sample> {
  const read = rows.columns.slice(0, maxColumns);
  if (!rows.hasRows || read.length === 0) {
    return { note: rows.hasRows ? 'No sample: the role of this server may not select from it.' : 'No sample: it has no rows.' };
  }
  const sql = `select ${read.join(', ')} from ${rows.from} limit ${String(count)}`;
  try {
    const page = await readRows(source, sql, { ...run, count });
    const types = await source.loadTypes(page.columns.map(({ typeOid }) => typeOid));
    const sample = page.rows.map((row) => row.map((cell, index) => renderCell(cell, page.columns[index]?.typeOid ?? 0, types)));
    return {
      sample,
      ...(rows.isWhole && read.length === rows.columns.length ? {} : { sampleColumns: read }),
      ...(page.cutBy === 'bytes' ? { note: 'sample: more rows do not fit.' } : {}),
    };
  } catch (error) {
    if (isAppError(error) && error.code !== 'CANCELLED') {
      return { note: `No sample: ${error.message}` };
    }
    throw error;
  }
}

async function readRows(
  source: Pick<Source, 'gate' | 'readPage'>,
  sql: string,
  { count, signal, timeoutMs }: RunOptions & { readonly count: number },
): Promise<RawPage> {
  const verdict = await source.gate.check(sql);
  if (!verdict.ok) {
    throw new AppError('DENIED', verdict.message);
  }
  return source.readPage(
    { sql, params: [], kind: verdict.statement.kind, offset: 0, maxRows: count, maxBytes, maxCell },
    { signal, timeoutMs: Math.min(timeoutMs, maxTimeoutMs) },
  );
}
