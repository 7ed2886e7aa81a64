import { AppError, isAppError } from '@trellis-mcp/errors';
import { prepareSavedQuery, type PrepareOptions } from './prepare-saved-query.ts';
import type { SavedQuery } from './saved-query.ts';

/**
 * Checks all saved queries, so that wrong SQL is found at start and not by a model.
 *
 * @throws AppError `INVALID_INPUT` that lists every query that cannot work, `UPSTREAM` at once when a database does not answer.
 */
export async function prepareSavedQueries(queries: readonly SavedQuery[], options: PrepareOptions): Promise<void> {
  const problems: AppError[] = [];
  for (const query of queries) {
    try {
      await prepareSavedQuery(query, options);
    } catch (error) {
      if (!isAppError(error) || error.code !== 'INVALID_INPUT') {
        throw error;
      }
      problems.push(error);
    }
  }
  const [first, ...others] = problems;
  if (first !== undefined) {
    throw others.length === 0 ? first : new AppError('INVALID_INPUT', problems.map(describe).join(' '));
  }
}

function describe({ message, hint }: AppError): string {
  return hint === undefined ? message : `${message} ${hint}`;
}
