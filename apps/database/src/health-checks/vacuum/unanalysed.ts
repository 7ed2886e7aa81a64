import { sql } from 'kysely';
import { formatCount } from '../../text/format.ts';
import { quoteQualified } from '../../text/quote-identifier.ts';
import { maxNamed, toFinding, type Finding } from '../finding.ts';
import type { CheckContext } from '../health-check.ts';
import { userRelations } from '../user-relations.ts';

/** Below this autovacuum may just not have come by. */
const manyRows = 10_000;

/** A count of rows in pg_class comes from VACUUM, ANALYZE or CREATE INDEX; counters of them are lost in a crash. */
const query = (tables: CheckContext['tables']) => sql<{ schema: string; name: string; rows: number }>`
  select r.schema, r.name, s.n_live_tup::float8 as rows
  from (${userRelations(tables)}) r join pg_catalog.pg_stat_all_tables s on s.relid = r.oid
  where r.relkind in ('r', 'm') and s.last_analyze is null and s.last_autoanalyze is null and s.n_live_tup >= ${manyRows}::int8
    and r.reltuples <= 0::float4
  order by s.n_live_tup desc limit ${maxNamed}`;

/** Tables with rows that were never analysed: the planner guesses. */
export async function findUnanalysed({ db, tables }: CheckContext): Promise<readonly Finding[]> {
  const { rows } = await query(tables).execute(db);
  return rows.map(({ schema, name, rows: count }) => {
    const table = quoteQualified(schema, name);
    return toFinding('warning', `${table} has about ${formatCount(count)} rows and was never analysed.`, `ANALYZE ${table};`);
  });
}
