import { sql } from 'kysely';
import type { SqlPart } from '../../catalog/sql-parts.ts';
import { formatBytes } from '../../text/format.ts';
import { quoteQualified } from '../../text/quote-identifier.ts';
import { maxNamed, toFinding, type Finding } from '../finding.ts';
import type { CheckContext } from '../health-check.ts';
import { userRelations } from '../user-relations.ts';

interface RedundantRow {
  readonly schema: string;
  readonly table: string;
  readonly index: string;
  readonly other: string;
  readonly isSame: boolean;
  readonly isPartitioned: boolean;
  readonly bytes: number;
}

/** Until PostgreSQL 16 an expression tells at which character of its statement each part stood. */
const withoutPlace = (expression: SqlPart): SqlPart =>
  sql`pg_catalog.regexp_replace(coalesce(${expression}::text, ''), ' :location -?[0-9]+', '', 'g')`;

/**
 * Indexes as texts that can be compared: keys, then what must be equal. Only plain b-trees serve what a longer one serves; others must be
 * the same. A unique index is redundant beside another unique one of the same keys only, which is not checked later and takes no more NULLs
 * (indnullsnotdistinct, new in PostgreSQL 15), and one that a constraint needs never is.
 */
const query = (tables: CheckContext['tables']) => sql<RedundantRow>`
  with indexes as (
    select i.indexrelid as oid, i.indrelid, i.indisunique, i.indnkeyatts, i.indnatts, x.relname::text as name, r.schema, r.name as table,
      x.relpages::float8 * pg_catalog.current_setting('block_size')::float8 as bytes, am.amname::text as method,
      i.indkey::text || ' ' as keys, i.indclass::text || ' ' as classes, i.indcollation::text || ' ' as collations,
      i.indoption::text || ' ' as options, ${withoutPlace(sql`i.indpred`)} as predicate,
      ${withoutPlace(sql`i.indexprs`)} as expressions, i.indimmediate, x.relkind = 'I' as "isPartitioned",
      coalesce((pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct')::bool, false) as "hasOneNull",
      i.indisreplident or exists (select from pg_catalog.pg_constraint k where k.conindid = i.indexrelid) as "isNeeded"
    from pg_catalog.pg_index i join (${userRelations(tables)}) r on r.oid = i.indrelid
    join pg_catalog.pg_class x on x.oid = i.indexrelid join pg_catalog.pg_am am on am.oid = x.relam
    where i.indisvalid and not x.relispartition
  )
  select distinct on (a.oid) a.schema, a.table, a.name as index, b.name as other, a.keys = b.keys as "isSame", a."isPartitioned", a.bytes
  from indexes a join indexes b on b.indrelid = a.indrelid and b.oid <> a.oid and b.method = a.method and b.predicate = a.predicate
  where not a."isNeeded" and (
    (a.keys = b.keys and a.classes = b.classes and a.collations = b.collations and a.options = b.options and a.expressions = b.expressions
      and a.indnkeyatts = b.indnkeyatts and (not a.indisunique or b.indisunique and b.indimmediate and (b."hasOneNull" or not a."hasOneNull"))
      and (b."isNeeded" or b.indisunique and not a.indisunique or b.oid < a.oid))
    or (a.method = 'btree' and not a.indisunique and a.expressions = '' and b.expressions = '' and a.indnatts = a.indnkeyatts
      and a.indnkeyatts < b.indnkeyatts and pg_catalog.starts_with(b.keys, a.keys) and pg_catalog.starts_with(b.classes, a.classes)
      and pg_catalog.starts_with(b.collations, a.collations) and pg_catalog.starts_with(b.options, a.options)))
  order by a.oid, a.keys = b.keys desc, b.oid limit 1000`;

/** Indexes that repeat another one, or its first columns. */
export async function findRedundantIndexes({ db, tables }: CheckContext): Promise<readonly Finding[]> {
  const { rows } = await query(tables).execute(db);
  const largest = [...rows].sort((one, two) => Number(two.isSame) - Number(one.isSame) || two.bytes - one.bytes).slice(0, maxNamed);
  return largest.map(({ schema, table, index, other, isSame, isPartitioned, bytes }) => {
    const name = quoteQualified(schema, index);
    const what = isSame ? 'the same columns as' : 'the first columns of';
    const evidence = `Index ${name} (${formatBytes(bytes)}) of ${quoteQualified(schema, table)} has ${what} ${quoteQualified(schema, other)}.`;
    return toFinding(isSame ? 'warning' : 'info', evidence, `DROP INDEX ${isPartitioned ? '' : 'CONCURRENTLY '}${name};`);
  });
}
