import { sql, type RawBuilder } from 'kysely';
import { isOnList, isTypeInUse, userSchemas, writtenName } from '../catalog/sql-parts.ts';
import type { TableAllowList } from '../sql/table-allow-list.ts';

/** What {@link nearNamesQuery} looks for. */
export interface NearNames {
  /** In lower case. */
  readonly wanted: string;
  /** Pairs of letters of it. */
  readonly pairs: readonly string[];
  readonly tables: TableAllowList | undefined;
  readonly limit: number;
}

/** Relations and enums outside the system schemas whose names share most pairs of letters with a name, and are about as long. */
export function nearNamesQuery({ wanted, pairs, tables, limit }: NearNames): RawBuilder<{ name: string; written: string }> {
  return sql`
    with spaces as materialized (${userSchemas}),
    names as (
      select s.schema, c.relname::text as name from pg_catalog.pg_class c join spaces s on s.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and ${isOnList(tables, sql`s.schema`, sql`c.relname::text`)}
      union all select s.schema, t.typname::text from pg_catalog.pg_type t join spaces s on s.oid = t.typnamespace
      where t.typtype = 'e' and ${isTypeInUse(tables, sql`t`)})
    select n.name, ${writtenName(sql`n.schema`, sql`n.name`)} as written
    from names n,
      lateral (select pg_catalog.count(*) as shared from pg_catalog.unnest(${pairs}::text[]) p(pair) where position(p.pair in pg_catalog.lower(n.name)) > 0) l
    where l.shared > 0
    order by l.shared desc, pg_catalog.abs(pg_catalog.length(n.name) - pg_catalog.length(${wanted}::text)), n.schema, n.name limit ${limit}`;
}
