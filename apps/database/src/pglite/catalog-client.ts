import type { PGlite, PGliteQueryResults } from 'kysely';
import { toAppError } from '../sources/database-error.ts';
import { AppError } from '@trellis-mcp/errors';
import type { PgliteEngine } from './engine.ts';

/** Our own queries are short; one that is not has met a database of unforeseen size. */
const timeoutMs = 10_000;

/** What Kysely's PGlite dialect needs of a database, over the thread. Queries only: the catalogue is never written. */
export function createCatalogClient(engine: PgliteEngine): PGlite {
  return {
    ready: true,
    closed: false,
    waitReady: Promise.resolve(),
    async query<Row>(sql: string, params: unknown[] = []): Promise<PGliteQueryResults<Row>> {
      const end = await engine.run({ kind: 'query', sql, params }, { signal: new AbortController().signal, timeoutMs });
      if (end.kind === 'done' && 'rows' in end.answer) {
        return { rows: end.answer.rows as Row[], fields: [...end.answer.fields] };
      }
      throw end.kind === 'error'
        ? toAppError(end.failure)
        : new AppError('TIMEOUT', `The catalogue did not answer within ${String(timeoutMs)} ms.`, {
            hint: 'Send the same call again in a moment.',
            retryable: true,
          });
    },
    transaction: () => Promise.reject(new Error('The catalogue is read without transactions.')),
    close: async () => engine.close(),
  };
}
