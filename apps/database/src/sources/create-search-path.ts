import { keepFacts } from './keep-facts.ts';
import type { Source } from './source.ts';

/** Schemas in which callers' statements look up names, those that PostgreSQL adds by itself included. */
export type SearchPath = readonly string[];

const timeoutMs = 5_000;

/** Functions by full name: what stands on the path is not to be run. */
const query = 'select pg_catalog.array_to_json(pg_catalog.current_schemas(true))';

/**
 * Reads the search path where callers' statements run, and keeps it for minutes. Our own queries have none: whoever may create objects in a
 * schema of theirs could offer an operator that fits better than that of PostgreSQL, and have it run.
 */
export function createSearchPath(runScript: Source['runScript'], now?: () => number): () => Promise<SearchPath> {
  const path = keepFacts<SearchPath>({
    ...(now === undefined ? {} : { now }),
    async load() {
      const [result] = await runScript([{ sql: query }], { signal: AbortSignal.timeout(timeoutMs), timeoutMs });
      const names: unknown = JSON.parse(result?.rows[0]?.[0] ?? '[]');
      return Array.isArray(names) ? names.map(String) : [];
    },
  });
  return async () => path.get();
}
