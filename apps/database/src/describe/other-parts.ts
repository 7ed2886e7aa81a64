import { sql } from 'kysely';
import {
  commentOn,
  indexText,
  isFree,
  isRelationOnList,
  leaves,
  viewText,
  writtenRelation,
  writtenType,
  type SqlPart,
} from '../catalog/sql-parts.ts';
import type { TableAllowList } from '../sql/table-allow-list.ts';
import { maxItems, maxText } from './limits.ts';
import { cut, labels } from './table-parts.ts';

const tableKinds = sql`o.kind in ('table', 'partitioned_table', 'partition', 'view', 'materialized_view', 'foreign_table')`;

const tablePrivileges = ['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'] as const;
const columnPrivileges = ['select', 'insert', 'update', 'references'] as const;

/** What a role may do with `o`, as GRANT writes it: `select`, or `select (id, name)` where only columns are granted. */
export function privileges(reader: SqlPart): SqlPart {
  const names = (list: readonly string[]): SqlPart => sql.join(list.map((name) => sql.lit(name)));
  const granted = sql`(select pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' order by a.attnum) from pg_catalog.pg_attribute a
    where a.attrelid = o.relid and a.attnum > 0 and not a.attisdropped and pg_catalog.has_column_privilege(${reader}, o.relid, a.attnum, p.name))`;
  const one = sql`case when pg_catalog.has_table_privilege(${reader}, o.relid, p.name) then p.name
    when p.name in (${names(columnPrivileges)}) and pg_catalog.has_any_column_privilege(${reader}, o.relid, p.name)
      then p.name || ' (' || ${cut(granted, maxText.expression)} || ')' end`;
  return sql`case when ${tableKinds} then
      (select coalesce(pg_catalog.json_agg(g.item) filter (where g.item is not null), '[]')
       from (select ${one} as item from pg_catalog.unnest(array[${names(tablePrivileges)}]) with ordinality p(name, place) order by p.place) g)
    when o.kind = 'sequence' then
      (select coalesce(pg_catalog.json_agg(p.name), '[]') from pg_catalog.unnest(array['usage', 'select', 'update']) p(name)
       where pg_catalog.has_sequence_privilege(${reader}, o.relid, p.name)) end`;
}

/** Bytes on disk with indexes and TOAST, over all partitions. */
export const bytes = sql`case when o.kind in ('table', 'partitioned_table', 'partition', 'materialized_view', 'index', 'sequence') then
  (select pg_catalog.sum(pg_catalog.pg_total_relation_size(l.oid))::float8 from (${leaves}) l where l.relkind not in ('p', 'f') and ${isFree(sql`l.oid`)}) end`;

/** The text behind a view, index or foreign table. */
export function definition(tables: TableAllowList | undefined): SqlPart {
  return sql`case when o.kind in ('view', 'materialized_view') then ${cut(viewText(tables), maxText.definition)}
    when o.kind = 'index' then ${cut(indexText(sql`o.relid`), maxText.definition)}
    when o.kind = 'domain' then (select ${cut(sql`${writtenType(sql`t.typbasetype`, sql`t.typtypmod`)}`, maxText.definition)}
      || case when t.typnotnull then ' not null' else '' end || coalesce(' default ' || t.typdefault, '')
      from pg_catalog.pg_type t where t.oid = o.typid)
    when o.kind in ('foreign_table', 'partition') then (select 'server ' || pg_catalog.quote_ident(s.srvname) from pg_catalog.pg_foreign_table f
      join pg_catalog.pg_foreign_server s on s.oid = f.ftserver where f.ftrelid = o.relid) end`;
}

/** Table of an index, or of the column that a sequence fills, when that is on the list. */
export function ownerTable(tables: TableAllowList | undefined): SqlPart {
  return sql`case o.kind when 'index' then (select ${writtenRelation(sql`i.indrelid`)} from pg_catalog.pg_index i where i.indexrelid = o.relid)
    when 'sequence' then (select ${writtenRelation(sql`d.refobjid`)} || '.' || pg_catalog.quote_ident(a.attname) from pg_catalog.pg_depend d
      join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
      where d.classid = 'pg_catalog.pg_class'::regclass::oid and d.objid = o.relid and d.refclassid = 'pg_catalog.pg_class'::regclass::oid
        and d.deptype in ('a', 'i') and ${isRelationOnList(tables, sql`d.refobjid`)} limit 1) end`;
}

/** Numbers as text: they are larger than a double holds. The last value is for readers of the sequence only. */
export function sequence(reader: SqlPart): SqlPart {
  return sql`(select pg_catalog.json_strip_nulls(pg_catalog.json_build_object('type', pg_catalog.format_type(s.seqtypid, null), 'start', s.seqstart::text, 'increment', s.seqincrement::text,
      'min', s.seqmin::text, 'max', s.seqmax::text, 'cycle', nullif(s.seqcycle, false),
      'last', case when pg_catalog.has_sequence_privilege(${reader}, o.relid, 'usage, select') and pg_catalog.has_sequence_privilege(o.relid, 'usage, select')
        then pg_catalog.pg_sequence_last_value(o.relid)::text end))
    from pg_catalog.pg_sequence s where s.seqrelid = o.relid)`;
}

export const enumLabels = sql`case when o.kind = 'enum' then ${labels(sql`o.typid`)} end`;

/** All functions of the name of `o`. The text of functions in SQL and PL/pgSQL is shown, as the catalogue shows it to every role. */
export function overloads(reader: SqlPart): SqlPart {
  return sql`(select pg_catalog.json_agg(listed.item) from (
    select pg_catalog.json_strip_nulls(pg_catalog.json_build_object('arguments', ${cut(sql`pg_catalog.pg_get_function_arguments(p.oid)`, maxText.expression)},
        'returns', ${cut(sql`pg_catalog.pg_get_function_result(p.oid)`, maxText.expression)},
        'volatility', case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
        'type', case p.prokind when 'a' then 'aggregate' when 'w' then 'window' end,
        'language', l.lanname, 'definition', case when p.prokind = 'f' and l.lanname in ('sql', 'plpgsql')
          then ${cut(sql`pg_catalog.pg_get_functiondef(p.oid)`, maxText.definition)} end,
        'comment', ${cut(commentOn(sql`p.oid`, 'pg_proc'), maxText.comment)},
        'may', case when pg_catalog.has_function_privilege(${reader}, p.oid, 'execute') then pg_catalog.json_build_array('execute') else '[]' end)) as item
    from pg_catalog.pg_proc p join pg_catalog.pg_language l on l.oid = p.prolang
    join pg_catalog.pg_proc same on same.oid = o.procid and same.pronamespace = p.pronamespace and same.proname = p.proname
    where p.prokind in ('f', 'w', 'a') order by p.pronargs, p.oid limit ${sql.lit(maxItems.overloads)}) listed)`;
}
