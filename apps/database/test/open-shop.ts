import { sampleUrl } from '../src/pglite/places.ts';
import { createEngine, type EngineOptions, type PgliteEngine } from '../src/pglite/engine.ts';
import { createPgliteSource } from '../src/pglite/pglite-source.ts';
import type { PageRequest } from '../src/sources/raw-page.ts';
import { renderCell } from '../src/sources/render-cell.ts';
import type { RawPage, Source } from '../src/sources/source.ts';
import type { Verdict } from '../src/sql/verdict.ts';

/** The sample shop with shortcuts for tests. */
export interface Shop {
  readonly source: Source;
  readonly engine: PgliteEngine;
  /** Reads a page whatever the gate would say: the layers below it. */
  read(sql: string, options?: Partial<PageRequest> & { timeoutMs?: number; signal?: AbortSignal }): Promise<RawPage>;
  /** Rows as the tool would give them, of a statement that the gate accepts. */
  rows(sql: string, params?: readonly (string | null)[]): Promise<unknown[][]>;
  close(): Promise<void>;
}

/** Opens the sample shop in a thread of its own. */
export function openShop(options: Partial<EngineOptions> = {}): Shop {
  const engine = createEngine({ sample: sampleUrl.href, ...options });
  const source = createPgliteSource({ name: 'shop', engine });
  const read: Shop['read'] = async (sql, { timeoutMs = 20_000, signal = new AbortController().signal, ...request } = {}) => {
    const limits = { params: [], kind: 'rows', offset: 0, maxRows: 500, maxBytes: 65_536, maxCell: 8_000 } as const;
    return source.readPage({ ...limits, sql, ...request }, { signal, timeoutMs });
  };
  return {
    source,
    engine,
    read,
    async rows(sql, params = []) {
      const { kind } = accepted(await source.gate.check(sql));
      const { columns, rows } = await read(sql, { params, kind });
      const types = await source.loadTypes();
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
