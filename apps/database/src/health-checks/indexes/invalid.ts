import { sql } from 'kysely';
import { quoteQualified } from '../../text/quote-identifier.ts';
import { maxNamed, toFinding, type Finding } from '../finding.ts';
import type { CheckContext } from '../health-check.ts';
import { userRelations } from '../user-relations.ts';

interface InvalidRow {
  readonly schema: string;
  readonly table: string;
  readonly index: string;
  readonly isPartitioned: boolean;
  /** Left behind by REINDEX CONCURRENTLY, which can be dropped only. */
  readonly isLeftover: boolean;
}

/** An index under construction is not valid yet: what builds it holds a lock on its table that keeps out VACUUM. */
const query = (tables: CheckContext['tables']) => sql<InvalidRow>`
  select r.schema, r.name as table, x.relname::text as index, x.relkind = 'I' as "isPartitioned",
    x.relname::text ~ '_ccnew[0-9]*$' or x.relname::text ~ '_ccold[0-9]*$' as "isLeftover"
  from pg_catalog.pg_index i join (${userRelations(tables)}) r on r.oid = i.indrelid join pg_catalog.pg_class x on x.oid = i.indexrelid
  where not i.indisvalid and not exists (select from pg_catalog.pg_locks l
    where l.locktype = 'relation' and l.relation = i.indrelid and l.mode = 'ShareUpdateExclusiveLock' and l.granted
      and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = current_database()))
  order by r.schema, r.name, x.relname limit ${maxNamed}`;

/** Indexes that a CREATE or REINDEX CONCURRENTLY left unfinished: they cost writes and serve no reads. */
export async function findInvalidIndexes({ db, tables }: CheckContext): Promise<readonly Finding[]> {
  const { rows } = await query(tables).execute(db);
  return rows.map(({ schema, table, index, isPartitioned, isLeftover }) => {
    const name = quoteQualified(schema, index);
    const on = `Index ${name} of ${quoteQualified(schema, table)} is invalid`;
    if (isPartitioned) {
      return toFinding('warning', `${on}: some partitions have no index attached to it. Create theirs and ATTACH PARTITION.`);
    }
    const fix = isLeftover ? `DROP INDEX CONCURRENTLY ${name};` : `REINDEX INDEX CONCURRENTLY ${name};`;
    return toFinding('warning', `${on}: its creation failed. It costs writes and serves no reads.`, fix);
  });
}
