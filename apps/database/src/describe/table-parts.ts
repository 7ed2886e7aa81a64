import { sql } from 'kysely';
import {
  commentOn,
  indexText,
  isDeclaredKey,
  isFree,
  isRelationOnList,
  writtenColumns,
  writtenRelation,
  writtenType,
  type SqlPart,
} from '../catalog/sql-parts.ts';
import type { TableAllowList } from '../sql/table-allow-list.ts';
import { maxItems, maxText } from './limits.ts';

/** All but its first `max` characters; one more tells that it was cut. */
export function cut(text: SqlPart, max: number): SqlPart {
  return sql`pg_catalog.left(${text}, ${sql.lit(max + 1)})`;
}

/** A JSON list of the rows of a query that selects one `item`. */
function list(rows: SqlPart, max: number): SqlPart {
  return sql`(select pg_catalog.json_agg(listed.item) from (${rows} limit ${sql.lit(max)}) listed)`;
}

/** Labels of an enum type, in their order. */
export function labels(type: SqlPart): SqlPart {
  return list(
    sql`select ${cut(sql`e.enumlabel::text`, maxText.label)} as item from pg_catalog.pg_enum e where e.enumtypid = ${type} order by e.enumsortorder`,
    maxItems.labels,
  );
}

/** Columns of `o.relid`. `reader` is the role that reads. */
export function columns(reader: SqlPart): SqlPart {
  // The type below arrays and domains, two steps down.
  const core = sql`coalesce(nullif(b.typelem, 0::oid), nullif(b.typbasetype, 0::oid), b.oid)`;
  const generated = sql`case a.attgenerated when 's' then 'stored' when 'v' then 'virtual' end`;
  return list(
    sql`select pg_catalog.json_strip_nulls(pg_catalog.json_build_object('name', pg_catalog.quote_ident(a.attname), 'type', ${writtenType(sql`a.atttypid`, sql`a.atttypmod`)},
        'nullable', nullif(not a.attnotnull, false),
        'default', case when a.attgenerated = '' and ${isFree(sql`o.relid`)} then ${cut(sql`pg_catalog.pg_get_expr(d.adbin, d.adrelid)`, maxText.expression)} end,
        'generated', case when a.attgenerated <> '' and ${isFree(sql`o.relid`)} then ${cut(sql`pg_catalog.pg_get_expr(d.adbin, d.adrelid)`, maxText.expression)} || ' ' || ${generated} end,
        'identity', case a.attidentity when 'a' then 'always' when 'd' then 'by default' end,
        'values', case when v.typtype = 'e' then ${labels(sql`v.oid`)} end,
        'comment', ${cut(commentOn(sql`a.attrelid`, 'pg_class', sql`a.attnum`), maxText.comment)},
        'denied', case when o.kind <> 'composite_type' and not pg_catalog.has_column_privilege(${reader}, o.relid, a.attnum, 'select')
          then true end)) as item
      from pg_catalog.pg_attribute a
      join pg_catalog.pg_type t on t.oid = a.atttypid
      join pg_catalog.pg_type b on b.oid = coalesce(nullif(t.typbasetype, 0::oid), t.oid)
      join pg_catalog.pg_type v on v.oid = ${core}
      left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = o.relid and a.attnum > 0 and not a.attisdropped order by a.attnum`,
    maxItems.columns,
  );
}

export const primaryKey = sql`(select ${writtenColumns(sql`k.conrelid`, sql`k.conkey`)}
  from pg_catalog.pg_constraint k where k.conrelid = o.relid and k.contype = 'p')`;

const action = (code: SqlPart): SqlPart =>
  sql`case ${code} when 'r' then 'restrict' when 'c' then 'cascade' when 'n' then 'set null' when 'd' then 'set default' end`;

/** Foreign keys of `o.relid` to relations on the list. */
export function foreignKeys(tables: TableAllowList | undefined): SqlPart {
  return list(
    sql`select pg_catalog.json_strip_nulls(pg_catalog.json_build_object('columns', ${writtenColumns(sql`k.conrelid`, sql`k.conkey`)},
        'table', ${writtenRelation(sql`k.confrelid`)}, 'to', ${writtenColumns(sql`k.confrelid`, sql`k.confkey`)},
        'onDelete', ${action(sql`k.confdeltype`)}, 'onUpdate', ${action(sql`k.confupdtype`)}, 'notValid', nullif(not k.convalidated, false))) as item
      from pg_catalog.pg_constraint k
      where k.conrelid = o.relid and k.contype = 'f' and ${isDeclaredKey(sql`k`, sql`k.conparentid`, 'conrelid')}
        and ${isRelationOnList(tables, sql`k.confrelid`)}
      order by k.conkey, k.conname`,
    maxItems.keys,
  );
}

/** Foreign keys of relations on the list to `o.relid`. */
export function referencedBy(tables: TableAllowList | undefined): SqlPart {
  return list(
    sql`select pg_catalog.json_strip_nulls(pg_catalog.json_build_object('table', ${writtenRelation(sql`k.conrelid`)},
        'columns', ${writtenColumns(sql`k.conrelid`, sql`k.conkey`)}, 'to', ${writtenColumns(sql`k.confrelid`, sql`k.confkey`)},
        'onDelete', ${action(sql`k.confdeltype`)})) as item
      from pg_catalog.pg_constraint k join pg_catalog.pg_class r on r.oid = k.conrelid
      where k.confrelid = o.relid and k.contype = 'f' and ${isDeclaredKey(sql`k`, sql`k.conparentid`, 'confrelid')}
        and ${isRelationOnList(tables, sql`k.conrelid`)}
      order by r.relname, k.conname`,
    maxItems.keys,
  );
}

/** Indexes of `o.relid`, the primary key first. */
export const indexes = list(
  sql`select pg_catalog.json_strip_nulls(pg_catalog.json_build_object('name', pg_catalog.quote_ident(c.relname), 'definition', ${cut(indexText(sql`i.indexrelid`), maxText.expression)},
      'unique', nullif(i.indisunique, false), 'invalid', nullif(not (i.indisvalid and i.indisready), false),
      'bytes', case when c.relkind = 'i' and ${isFree(sql`c.oid`)} and ${isFree(sql`o.relid`)} then pg_catalog.pg_relation_size(i.indexrelid)::float8 end,
      'scans', case c.relkind when 'i' then pg_catalog.pg_stat_get_numscans(i.indexrelid)::float8 end)) as item
    from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
    where i.indrelid = o.relid order by i.indisprimary desc, c.relname`,
  maxItems.indexes,
);

/** Checks, unique and exclusion constraints of a table or domain, as SQL. */
export const constraints = list(
  sql`select ${cut(sql`pg_catalog.pg_get_constraintdef(k.oid)`, maxText.expression)} as item from pg_catalog.pg_constraint k
    where (k.conrelid = o.relid and ${isFree(sql`o.relid`)} or k.contypid = o.typid) and k.contype in ('c', 'u', 'x') order by k.contype, k.conname`,
  maxItems.constraints,
);

export const triggers = list(
  sql`select pg_catalog.quote_ident(t.tgname) || case t.tgenabled when 'D' then ' (disabled)' else '' end as item
    from pg_catalog.pg_trigger t where t.tgrelid = o.relid and not t.tgisinternal order by t.tgname`,
  maxItems.names,
);

/** Row level security of `o.relid`, null without. `applies`: it hides rows from the reader. */
export function rowSecurity(reader: SqlPart): SqlPart {
  const isExempt = sql`(select r.rolsuper or r.rolbypassrls from pg_catalog.pg_roles r where r.rolname = ${reader})`;
  const isOwner = sql`pg_catalog.pg_has_role(${reader}, c.relowner, 'usage')`;
  return sql`(select pg_catalog.json_strip_nulls(pg_catalog.json_build_object('enabled', c.relrowsecurity, 'forced', nullif(c.relforcerowsecurity, false),
      'applies', c.relrowsecurity and not ${isExempt} and (c.relforcerowsecurity or not ${isOwner}),
      'policies', ${list(
        sql`select pg_catalog.quote_ident(p.polname) || ': ' || case p.polpermissive when false then 'restrictive ' else '' end
            || case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end as item
          from pg_catalog.pg_policy p where p.polrelid = o.relid order by p.polname`,
        maxItems.names,
      )}))
    from pg_catalog.pg_class c where c.oid = o.relid and (c.relrowsecurity or exists (select from pg_catalog.pg_policy p where p.polrelid = o.relid)))`;
}

/** What `o.relid` is a partition of, how it is partitioned itself, and what it inherits from. */
export function partitioning(tables: TableAllowList | undefined): SqlPart {
  const parents = list(
    sql`select ${writtenRelation(sql`h.inhparent`)} as item from pg_catalog.pg_inherits h
      where h.inhrelid = o.relid and ${isRelationOnList(tables, sql`h.inhparent`)} order by h.inhseqno`,
    maxItems.names,
  );
  const children = list(
    sql`select ${writtenRelation(sql`h.inhrelid`)} as item from pg_catalog.pg_inherits h join pg_catalog.pg_class hc on hc.oid = h.inhrelid
      where h.inhparent = o.relid and ${isRelationOnList(tables, sql`h.inhrelid`)} order by hc.relname`,
    maxItems.names,
  );
  return sql`(select pg_catalog.json_strip_nulls(pg_catalog.json_build_object('of', ${parents},
      'bound', case when ${isFree(sql`o.relid`)} then ${cut(sql`pg_catalog.pg_get_expr(c.relpartbound, c.oid)`, maxText.expression)} end,
      'by', case when c.relkind = 'p' and ${isFree(sql`o.relid`)} then ${cut(sql`pg_catalog.pg_get_partkeydef(c.oid)`, maxText.expression)} end,
      'count', nullif((select pg_catalog.count(*) from pg_catalog.pg_inherits h where h.inhparent = o.relid), 0), 'tables', ${children}))
    from pg_catalog.pg_class c
    where c.oid = o.relid and c.relkind in ('r', 'p', 'f')
      and (c.relkind = 'p' or exists (select from pg_catalog.pg_inherits h where o.relid in (h.inhrelid, h.inhparent))))`;
}
