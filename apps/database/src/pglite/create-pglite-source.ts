import type { AppError } from '@trellis-mcp/errors';
import type { Kysely } from 'kysely';
import { createCatalogReaders } from '../sources/create-catalog-readers.ts';
import { toAppError } from '../sources/database-error.ts';
import type { PagePart, PageRequest, ScriptResult, ScriptStatement } from '../sources/raw-page.ts';
import type { RawPage, RunOptions, Source } from '../sources/source.ts';
import { toTimeout } from '../sources/stop-reasons.ts';
import type { GateOptions } from '../sql/gate.ts';
import { createCatalogClient } from './catalog-client.ts';
import type { PgliteEngine } from './engine.ts';
import type { JobEnd } from './engine-thread.ts';

/** Options of {@link createPgliteSource}. */
export interface PgliteSourceOptions extends Pick<GateOptions, 'allowFunctions' | 'allowTables'> {
  readonly name: string;
  readonly engine: PgliteEngine;
}

/** The embedded database as a source. Starts nothing by itself. */
export function createPgliteSource({ name, engine, ...policy }: PgliteSourceOptions): Source {
  const loadCatalog = keep(async (): Promise<Kysely<unknown>> => {
    const { Kysely, PGliteDialect } = await import('kysely');
    return new Kysely({ dialect: new PGliteDialect({ pglite: createCatalogClient(engine) }) });
  });
  const runScripts: Source['runScript'] = async (statements, options) => runScript(engine, statements, options);
  return {
    name,
    engine: 'pglite',
    ...createCatalogReaders({ ...policy, loadCatalog, runScript: runScripts }),
    readPage: async (request, options) => readPage(engine, request, options),
    runScript: runScripts,
    check: async () => ({ ok: true, detail: engine.isRunning() ? 'running' : 'starts on first use' }),
    close: async () => engine.close(),
  };
}

/** Loads once; a failed load is tried again. */
function keep<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let kept: Promise<Value> | undefined;
  return async () => {
    const loading = (kept ??= load());
    try {
      return await loading;
    } catch (cause) {
      kept = undefined;
      throw cause;
    }
  };
}

async function readPage(engine: PgliteEngine, request: PageRequest, options: RunOptions): Promise<RawPage> {
  const parts: PagePart[] = [];
  const end = await engine.run({ kind: 'page', request }, { ...options, onPart: (part) => parts.push(part) });
  const page = collect(parts);
  if (end.kind === 'done' && 'more' in end.answer) {
    return { ...page, ...end.answer };
  }
  if (end.kind === 'timeout' && page.rows.length > 0) {
    return { ...page, more: true, cutBy: 'time', changed: false, notices: [] };
  }
  throw toError(end, options.timeoutMs);
}

async function runScript(
  engine: PgliteEngine,
  statements: readonly ScriptStatement[],
  options: RunOptions,
): Promise<readonly ScriptResult[]> {
  const end = await engine.run({ kind: 'script', statements }, options);
  if (end.kind === 'done' && 'results' in end.answer) {
    return end.answer.results;
  }
  throw toError(end, options.timeoutMs);
}

function collect(parts: readonly PagePart[]): Pick<RawPage, 'columns' | 'rows' | 'digest'> {
  const digest = parts.at(-1)?.digest;
  const page = { columns: parts[0]?.columns ?? [], rows: parts.flatMap(({ rows }) => rows) };
  return digest === undefined ? page : { ...page, digest };
}

function toError(end: JobEnd, timeoutMs: number): AppError {
  return end.kind === 'error' ? toAppError(end.failure) : toTimeout(timeoutMs);
}
