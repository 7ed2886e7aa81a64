import { isAppError } from '@trellis-mcp/errors';
import type { RawBuilder } from 'kysely';
import type { Source } from '../sources/source.ts';

/** How often a query meets an object that is just being altered or dropped before it is given up. */
const maxAttempts = 8;

/**
 * What PostgreSQL says of an object that was there a moment ago: "could not open relation with OID 4711", "cache lookup failed"; and of one
 * that was locked since the query looked.
 */
const passingCodes = new Set(['XX000', '42P01', '42704', '42883', '40P01', '55P03']);

/**
 * Runs a query on the catalogue. The functions that write definitions look at the objects themselves, which the snapshot of the query does not
 * hold still: one that fails on an object dropped or locked meanwhile is run again. A query for a text with a NUL finds nothing:
 * PostgreSQL takes none, and no name has one.
 */
export async function readCatalog<Row>(source: Pick<Source, 'loadCatalog'>, query: RawBuilder<Row>): Promise<readonly Row[]> {
  const catalog = await source.loadCatalog();
  const compiled = query.compile(catalog);
  if (compiled.parameters.flat(2).some((value) => typeof value === 'string' && value.includes('\0'))) {
    return [];
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { rows } = await catalog.executeQuery(compiled);
      return rows;
    } catch (error) {
      if (attempt === maxAttempts || !isPassing(error)) {
        throw error;
      }
    }
  }
}

function isPassing(error: unknown): boolean {
  const cause: unknown = isAppError(error) ? error.cause : error;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && passingCodes.has(cause.code);
}
