import type { PageRequest } from '../src/sources/raw-page.ts';
import { renderCell } from '../src/sources/render-cell.ts';
import type { RawPage, Source } from '../src/sources/source.ts';
import type { Verdict } from '../src/sql/verdict.ts';

/** Limits of a read in a test. */
export type ReadOptions = Partial<PageRequest> & { readonly timeoutMs?: number; readonly signal?: AbortSignal };

/** A source with shortcuts for tests. */
export interface SourceReader {
  readonly source: Source;
  /** Reads a page whatever the gate would say: the layers below it. */
  read(sql: string, options?: ReadOptions): Promise<RawPage>;
  /** Rows as the tool would give them, of a statement that the gate accepts. */
  rows(sql: string, params?: readonly (string | null)[]): Promise<unknown[][]>;
  close(): Promise<void>;
}

/** Reads a source with the limits of a default configuration. */
export function readSource(source: Source): SourceReader {
  const read: SourceReader['read'] = async (sql, { timeoutMs = 20_000, signal = new AbortController().signal, ...request } = {}) => {
    const limits = { params: [], kind: 'rows', offset: 0, maxRows: 500, maxBytes: 65_536, maxCell: 8_000 } as const;
    return source.readPage({ ...limits, sql, ...request }, { signal, timeoutMs });
  };
  return {
    source,
    read,
    async rows(sql, params = []) {
      const { kind } = accepted(await source.gate.check(sql));
      const { columns, rows } = await read(sql, { params, kind });
      const types = await source.loadTypes(columns.map(({ typeOid }) => typeOid));
      return rows.map((row) => row.map((cell, index) => renderCell(cell, columns[index]?.typeOid ?? 0, types)));
    },
    close: async () => source.close(),
  };
}

function accepted(verdict: Verdict) {
  if (!verdict.ok) {
    throw new Error(`${verdict.reason}: ${verdict.message}`);
  }
  return verdict.statement;
}
