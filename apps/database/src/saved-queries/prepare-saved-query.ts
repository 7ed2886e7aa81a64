import { AppError, isAppError } from '@trellis-mcp/errors';
import { requireAccepted } from '../query-page/require-accepted.ts';
import type { Sources } from '../sources/create-sources.ts';
import type { Source } from '../sources/source.ts';
import type { SavedQuery } from './saved-query.ts';

/** Planning is all that a statement needs to be prepared. */
const timeoutMs = 10_000;

const prefix = 'PREPARE trellis_saved AS ';

/** Takes parameters apart in the text of an array of type names; names with a comma are quoted. */
const countParams =
  "select pg_catalog.cardinality(parameter_types)::text from pg_catalog.pg_prepared_statements where name = 'trellis_saved'";

/** What {@link prepareSavedQuery} needs beside the query. */
export interface PrepareOptions {
  readonly sources: Pick<Sources<{ readonly source: Source }>, 'pick'>;
  readonly signal: AbortSignal;
}

/**
 * Checks a saved query as a call would run it: the gate judges it, its database plans it, and its parameters are counted.
 *
 * @throws AppError that names the query: `INVALID_INPUT` when it cannot work, `UPSTREAM` or `TIMEOUT` when its database does not answer.
 */
export async function prepareSavedQuery(query: SavedQuery, { sources, signal }: PrepareOptions): Promise<void> {
  try {
    const { source } = sources.pick(query.source);
    const { kind } = requireAccepted(await source.gate.check(query.sql));
    if (kind !== 'rows') {
      throw new AppError('INVALID_INPUT', 'EXPLAIN and SHOW cannot be saved.', { hint: 'Save a SELECT, VALUES, TABLE or WITH.' });
    }
    const count = await prepare(source, query.sql, signal);
    if (count !== query.params.length) {
      throw new AppError('INVALID_INPUT', `The statement has ${String(count)} parameters; ${String(query.params.length)} are declared.`, {
        hint: 'Declare one for each of $1, $2, ..., in this order.',
      });
    }
  } catch (error) {
    throw nameQuery(query.name, error);
  }
}

async function prepare(source: Source, sql: string, signal: AbortSignal): Promise<number> {
  const [, counted] = await source.runScript([{ prefix, sql }, { sql: countParams }], { signal, timeoutMs });
  return Number(counted?.rows[0]?.[0]);
}

const unavailable = new Set(['UPSTREAM', 'TIMEOUT', 'CANCELLED', 'LIMIT']);

function nameQuery(name: string, error: unknown): unknown {
  if (!isAppError(error)) {
    return error;
  }
  const { code, hint } = error;
  const message = `The saved query ${name}: ${error.message}`;
  return new AppError(unavailable.has(code) ? 'UPSTREAM' : 'INVALID_INPUT', message, {
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  });
}
