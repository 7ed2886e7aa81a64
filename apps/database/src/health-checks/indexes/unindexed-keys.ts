import { sql } from 'kysely';
import { formatCount } from '../../text/format.ts';
import { quoteIdentifier, quoteQualified } from '../../text/quote-identifier.ts';
import { maxNamed, toFinding, type Finding } from '../finding.ts';
import type { CheckContext } from '../health-check.ts';
import { userRelations } from '../user-relations.ts';

interface KeyRow {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly target: string;
  readonly rows: number;
  readonly isPartitioned: boolean;
}

/** Below this a scan costs next to nothing. */
const fewRows = 1_000;
const manyRows = 10_000;

/** An index serves a key when its first columns are those of the key, in any order. */
const query = (tables: CheckContext['tables']) => sql<KeyRow>`
  with relations as (${userRelations(tables)}), keys as (
    select r.schema, r.name as table, k.oid, k.conrelid, k.conkey, f.relname::text as target, r.relkind = 'p' as "isPartitioned",
      greatest(r.reltuples::float8, coalesce(s.n_live_tup, 0)::float8, (select sum(greatest(c.reltuples, 0))
        from pg_catalog.pg_inherits h join pg_catalog.pg_class c on c.oid = h.inhrelid where h.inhparent = r.oid and r.relkind = 'p')) as rows
    from pg_catalog.pg_constraint k join relations r on r.oid = k.conrelid join pg_catalog.pg_class f on f.oid = k.confrelid
    left join pg_catalog.pg_stat_all_tables s on s.relid = k.conrelid
    where k.contype = 'f' and k.conparentid = 0::oid
  )
  select keys.schema, keys.table, keys.target, keys.rows, keys."isPartitioned",
    (select pg_catalog.json_agg(a.attname::text order by u.place) from pg_catalog.unnest(keys.conkey) with ordinality u (number, place)
      join pg_catalog.pg_attribute a on a.attrelid = keys.conrelid and a.attnum = u.number) as columns
  from keys where keys.rows >= ${fewRows}::float8 and not exists (
    select from pg_catalog.pg_index i where i.indrelid = keys.conrelid and i.indisvalid and i.indpred is null
      and i.indnkeyatts >= pg_catalog.cardinality(keys.conkey)
      and keys.conkey <@ (i.indkey::int2[])[0:pg_catalog.cardinality(keys.conkey) - 1])
  order by keys.rows desc, keys.oid limit ${maxNamed}`;

/** Foreign keys without an index: each delete or key change on the other side reads the whole table, and joins do. */
export async function findUnindexedKeys({ db, tables }: CheckContext): Promise<readonly Finding[]> {
  const { rows } = await query(tables).execute(db);
  return rows.map(({ schema, table, columns, target, rows: count, isPartitioned }) => {
    const name = quoteQualified(schema, table);
    const list = columns.map(quoteIdentifier).join(', ');
    const evidence = `The foreign key (${list}) of ${name}, about ${formatCount(count)} rows, to ${quoteIdentifier(target)} has no index.`;
    const fix = `CREATE INDEX ${isPartitioned ? '' : 'CONCURRENTLY '}ON ${name} (${list});`;
    return toFinding(count >= manyRows ? 'warning' : 'info', evidence, fix);
  });
}
