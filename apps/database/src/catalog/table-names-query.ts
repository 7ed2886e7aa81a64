import { sql, type RawBuilder } from 'kysely';
import type { TableAllowList } from '../sql/table-allow-list.ts';
import { escapeLike } from './escape-like.ts';
import { commentOn, isOnList, userSchemas, writtenName, type SqlPart } from './sql-parts.ts';

/** A table or view; of schemas alone, only that. */
export interface TableNameRow {
  readonly schema: string;
  readonly name: string;
  /** As SQL takes it. */
  readonly written: string;
  readonly comment: string | null;
}

/** What {@link tableNamesQuery} looks for. */
export interface TableNamesFilter {
  readonly of: 'schemas' | 'tables' | 'list';
  /** Part of a name, in any case. */
  readonly part: string;
  readonly schema?: string | undefined;
  readonly list: TableAllowList | undefined;
}

/** One more than a client is sent. */
const maxNames = 101;

/** Names of relations that are read like tables, those that start with a part before those that hold it. */
export function tableNamesQuery({ of, part, schema, list }: TableNamesFilter): RawBuilder<TableNameRow> {
  const escaped = escapeLike(part);
  const isHeld = (name: SqlPart): SqlPart => (part === '' ? sql`true` : sql`${name} ilike ${`%${escaped}%`}`);
  const order = (name: SqlPart): SqlPart => sql`(${name} ilike ${`${escaped}%`}) desc`;
  const relations = sql`select c.oid, c.relname::text as name, c.relispartition as is_partition from pg_catalog.pg_class c
    where c.relnamespace = s.oid and c.relkind in ('r', 'p', 'v', 'm', 'f') and ${isOnList(list, sql`s.schema`, sql`c.relname::text`)}`;
  switch (of) {
    case 'schemas':
      return sql`select s.schema, '' as name, '' as written, null as comment from (${userSchemas}) s
        where ${isHeld(sql`s.schema`)} and exists (${relations}) order by ${order(sql`s.schema`)}, s.schema limit ${sql.lit(maxNames)}`;
    case 'tables':
      return sql`select pg_catalog.min(s.schema) as schema, r.name, '' as written, null as comment from (${userSchemas}) s, lateral (${relations}) r
        where ${isHeld(sql`r.name`)} and ${schema === undefined ? sql`true` : sql`s.schema = ${schema}`}
        group by r.name order by pg_catalog.bool_and(r.is_partition), ${order(sql`r.name`)}, r.name limit ${sql.lit(maxNames)}`;
    case 'list':
      return sql`select s.schema, r.name, ${writtenName(sql`s.schema`, sql`r.name`)} as written, pg_catalog.left(${commentOn(sql`r.oid`, 'pg_class')}, 200) as comment
        from (${userSchemas}) s, lateral (${relations}) r
        where not r.is_partition order by s.schema, r.name limit ${sql.lit(maxNames - 1)}`;
  }
}
