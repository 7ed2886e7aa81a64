import { sql } from 'kysely';
import { formatCount, formatShare } from '../../text/format.ts';
import { quoteQualified } from '../../text/quote-identifier.ts';
import { maxNamed, toFinding, type Finding } from '../finding.ts';
import type { CheckContext } from '../health-check.ts';
import { userRelations } from '../user-relations.ts';

interface DeadRow {
  readonly schema: string;
  readonly name: string;
  readonly dead: number;
  readonly live: number;
  readonly vacuumed: string | null;
}

/** Fewer are the daily work of autovacuum. */
const manyRows = 10_000;
const largeShare = 0.2;

const query = (tables: CheckContext['tables']) => sql<DeadRow>`
  select r.schema, r.name, s.n_dead_tup::float8 as dead, s.n_live_tup::float8 as live,
    pg_catalog.to_char(greatest(s.last_vacuum, s.last_autovacuum) at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as vacuumed
  from (${userRelations(tables)}) r join pg_catalog.pg_stat_all_tables s on s.relid = r.oid
  where s.n_dead_tup >= ${manyRows}::int8 and s.n_dead_tup::float8 > (s.n_live_tup + s.n_dead_tup)::float8 * ${largeShare}::float8
  order by s.n_dead_tup desc limit ${maxNamed}`;

/** Tables in which many rows are dead: autovacuum is off, too slow, or held back by an old transaction. */
export async function findDeadRows({ db, tables }: CheckContext): Promise<readonly Finding[]> {
  const { rows } = await query(tables).execute(db);
  return rows.map(({ schema, name, dead, live, vacuumed }) => {
    const table = quoteQualified(schema, name);
    const last = vacuumed === null ? 'never vacuumed' : `last vacuumed ${vacuumed} UTC`;
    const evidence = `${table} has ${formatCount(dead)} dead rows, ${formatShare(dead / (dead + live))} of all; ${last}.`;
    return toFinding('warning', evidence, `VACUUM (ANALYZE) ${table};`);
  });
}
