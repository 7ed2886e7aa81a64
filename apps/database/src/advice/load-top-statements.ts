import { AppError } from '@trellis-mcp/errors';
import { sql } from 'kysely';
import { maxSqlBytes } from '../sql/gate.ts';
import type { Source } from '../sources/source.ts';
import type { Extensions } from './load-extensions.ts';

/** One statement of `pg_stat_statements`, constants replaced by `$1`, `$2`. The text is whatever somebody ran. */
export interface TopStatement {
  readonly sql: string;
  readonly calls: number;
  /** Milliseconds of all calls. */
  readonly totalMs: number;
}

/** Those that took most time in all; more than are looked at, since many will be passed over. */
const maxStatements = 200;

const hint =
  'Pass queries, or have pg_stat_statements installed: shared_preload_libraries = pg_stat_statements, then CREATE EXTENSION pg_stat_statements.';

/**
 * Reads the statements of this database that took most time, the dearest first, nested ones left out.
 *
 * @throws AppError `NOT_FOUND` without the extension, or when it is not loaded or not readable.
 */
export async function loadTopStatements(source: Pick<Source, 'loadCatalog'>, extensions: Extensions): Promise<readonly TopStatement[]> {
  const schema = extensions.get('pg_stat_statements');
  if (schema === undefined) {
    throw new AppError('NOT_FOUND', 'The extension pg_stat_statements is not installed, so the slow statements are not known.', { hint });
  }
  try {
    const { rows } = await sql<TopStatement>`
      select s.query as sql, sum(s.calls)::float8 as calls, sum(s.total_exec_time)::float8 as "totalMs"
      from ${sql.raw(schema)}.pg_stat_statements s
      where s.dbid = (select d.oid from pg_catalog.pg_database d where d.datname = current_database())
        and length(s.query) <= ${maxSqlBytes} and s.query <> '<insufficient privilege>'
      group by 1 order by 3 desc limit ${maxStatements}`.execute(await source.loadCatalog());
    return rows;
  } catch (cause) {
    throw new AppError('NOT_FOUND', 'pg_stat_statements is there, but cannot be read.', { hint, cause });
  }
}
