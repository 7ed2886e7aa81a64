import { sql } from 'kysely';
import { formatBytes } from '../../text/format.ts';
import { quoteQualified } from '../../text/quote-identifier.ts';
import { maxNamed, toFinding, type Finding } from '../finding.ts';
import type { CheckContext } from '../health-check.ts';
import { userRelations } from '../user-relations.ts';

interface UnusedRow {
  readonly schema: string;
  readonly table: string;
  readonly index: string;
  readonly bytes: number;
  readonly since: string | null;
}

const largeBytes = 10_485_760;

/** Scans of the table without which nobody can say that an index is not used. */
const enoughScans = 100;

/** An index of a partition that belongs to one of its table is not dropped by itself. */
const query = (tables: CheckContext['tables']) => sql<UnusedRow>`
  select r.schema, r.name as table, x.relname::text as index, x.relpages::float8 * pg_catalog.current_setting('block_size')::float8 as bytes,
    (select pg_catalog.to_char(d.stats_reset at time zone 'UTC', 'YYYY-MM-DD') from pg_catalog.pg_stat_database d
      where d.datname = current_database()) as since
  from pg_catalog.pg_stat_all_indexes s join pg_catalog.pg_index i on i.indexrelid = s.indexrelid
  join (${userRelations(tables)}) r on r.oid = s.relid join pg_catalog.pg_class x on x.oid = s.indexrelid
  join pg_catalog.pg_stat_all_tables t on t.relid = s.relid
  where s.idx_scan = 0 and not i.indisunique and i.indisvalid and not i.indisreplident and not x.relispartition
    and x.relpages::float8 * pg_catalog.current_setting('block_size')::float8 >= ${largeBytes}::float8
    and coalesce(t.seq_scan, 0) + coalesce(t.idx_scan, 0) >= ${enoughScans}::int8
    and not exists (select from pg_catalog.pg_constraint k where k.conindid = i.indexrelid)
  order by x.relpages desc limit ${maxNamed}`;

/** Large indexes without a scan since statistics began. */
export async function findUnusedIndexes({ db, tables }: CheckContext): Promise<readonly Finding[]> {
  const { rows } = await query(tables).execute(db);
  return rows.map(({ schema, table, index, bytes, since }) => {
    const name = quoteQualified(schema, index);
    const evidence =
      `Index ${name} (${formatBytes(bytes)}) of ${quoteQualified(schema, table)} was not used since ` +
      `${since ?? 'the statistics began'}. A replica may use it: look there, too.`;
    return toFinding('info', evidence, `DROP INDEX CONCURRENTLY ${name};`);
  });
}
