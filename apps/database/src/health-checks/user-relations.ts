import { sql } from 'kysely';
import { isOnList, type SqlPart } from '../catalog/sql-parts.ts';
import { isSystemSchema } from '../catalog/system-schema.ts';
import type { TableAllowList } from '../sql/table-allow-list.ts';

/**
 * Relations that users made and a check may name, as a query: the columns of `pg_class` with `schema`, `name` and `bytes`. The size is the
 * one of the last VACUUM or ANALYZE: asking for it now would wait for locks.
 */
export function userRelations(tables: TableAllowList | undefined): SqlPart {
  return sql`
    select c.*, n.nspname::text as schema, c.relname::text as name,
      c.relpages::int8 * pg_catalog.current_setting('block_size')::int8 as bytes
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where not ${isSystemSchema} and ${isOnList(tables, sql`n.nspname::text`, sql`c.relname::text`)}`;
}
