import { sql, type RawBuilder } from 'kysely';
import { commentOn, estimatedRows, isFree, writtenName, type SqlPart } from '../catalog/sql-parts.ts';
import { findObjects, type ObjectScope } from './find-objects.ts';
import { maxText } from './limits.ts';
import type { NameReading } from './object-name.ts';
import type { DescriptionRow } from './description-row.ts';
import { bytes, definition, enumLabels, overloads, ownerTable, privileges, sequence } from './other-parts.ts';
import {
  columns,
  constraints,
  cut,
  foreignKeys,
  indexes,
  partitioning,
  primaryKey,
  referencedBy,
  rowSecurity,
  triggers,
} from './table-parts.ts';

/** Whose view a description is. */
export interface DescriptionScope extends ObjectScope {
  /** Role that reads tables. Default: the role of the connection. */
  readonly reader?: string | undefined;
}

/** The likeliest object of a name, whole, with what else the name fits, in one round trip; no row when nothing does. */
export function descriptionQuery(readings: readonly NameReading[], { reader, path, tables }: DescriptionScope): RawBuilder<DescriptionRow> {
  const role: SqlPart = reader === undefined ? sql`current_user` : sql`${reader}::name`;
  return sql<DescriptionRow>`
    with ${findObjects(readings, { path, tables })}
    select o.schema, o.name, o.kind, pg_catalog.quote_ident(o.schema) || '.' || pg_catalog.quote_ident(o.name) as qualified,
      ${writtenName(sql`o.schema`, sql`o.name`)} as written, o.place is not null as visible, not ${isFree(sql`o.relid`)} as locked,
      (select pg_catalog.json_agg(pg_catalog.quote_ident(f.schema) || '.' || pg_catalog.quote_ident(f.name)) from found f where f.rank = o.rank and f.class = o.class) as found,
      ${cut(sql`case o.class when 0 then ${commentOn(sql`o.oid`, 'pg_class')} when 1 then ${commentOn(sql`o.oid`, 'pg_type')} end`, maxText.comment)} as comment,
      ${estimatedRows} as rows, ${bytes} as bytes, ${privileges(role)} as may, case when o.kind not in ('index', 'sequence') then ${columns(role)} end as columns, ${primaryKey} as "primaryKey",
      ${foreignKeys(tables)} as "foreignKeys", ${referencedBy(tables)} as "referencedBy", ${indexes} as indexes, ${constraints} as constraints,
      ${triggers} as triggers, ${rowSecurity(role)} as "rowSecurity", ${partitioning(tables)} as partitioning,
      ${definition(tables)} as definition, ${ownerTable(tables)} as "ownerTable", ${sequence(role)} as sequence, ${enumLabels} as labels,
      ${overloads(role)} as overloads
    from (select * from found order by rank, class, place, schema, oid limit 1) o`;
}
