import { sql, type RawBuilder } from 'kysely';
import type { TableAllowList } from '../sql/table-allow-list.ts';
import { isSystemSchema } from './system-schema.ts';

/** A piece of SQL. */
export type SqlPart = RawBuilder<unknown>;

/** Whether a relation of this schema and name, both text, is on the list, as {@link TableAllowList.allows} says. Without a list everything is. */
export function isOnList(tables: TableAllowList | undefined, schema: SqlPart, name: SqlPart): SqlPart {
  return tables === undefined
    ? sql`true`
    : sql`(position('.' in ${schema} || ${name}) = 0
        and (${schema} || '.' || ${name} = any (${tables.items}::text[]) or ${schema} || '.*' = any (${tables.items}::text[])))`;
}

/** The same for the OID of a relation. */
export function isRelationOnList(tables: TableAllowList | undefined, oid: SqlPart): SqlPart {
  return tables === undefined
    ? sql`true`
    : sql`exists (select from pg_catalog.pg_class lc join pg_catalog.pg_namespace ln on ln.oid = lc.relnamespace
        where lc.oid = ${oid} and ${isOnList(tables, sql`ln.nspname::text`, sql`lc.relname::text`)})`;
}

/** Schemas that hold what users made and this role may look into: `oid`, `schema`. */
export const userSchemas = sql`
  select n.oid, n.nspname::text as schema from pg_catalog.pg_namespace n
  where not ${isSystemSchema} and pg_catalog.has_schema_privilege(n.oid, 'usage')`;

/**
 * The CTE `locked`: relations that somebody changes, or waits to. Functions that open them, which those for sizes and definitions do, would
 * wait for as long as that takes.
 */
export const lockedRelations = sql`
  locked as materialized (select l.relation from pg_catalog.pg_locks l
    where l.mode = 'AccessExclusiveLock' and l.relation is not null
      and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()))`;

/** Whether a relation is not among {@link lockedRelations}. */
export function isFree(oid: SqlPart): SqlPart {
  return sql`${oid} not in (select locked.relation from locked)`;
}

/** Whether a column of a relation on the list has this type, or an array of it. */
export function isTypeInUse(tables: TableAllowList | undefined, type: SqlPart): SqlPart {
  return tables === undefined
    ? sql`true`
    : sql`exists (select from pg_catalog.pg_depend ud join pg_catalog.pg_class uc on uc.oid = ud.objid
        join pg_catalog.pg_namespace un on un.oid = uc.relnamespace
        where ud.refclassid = 'pg_catalog.pg_type'::regclass::oid and ud.refobjid in (${type}.oid, ${type}.typarray)
          and ud.classid = 'pg_catalog.pg_class'::regclass::oid and ${isOnList(tables, sql`un.nspname::text`, sql`uc.relname::text`)})`;
}

/** The comment on an object of a system catalogue, or on a column of it. Not by `obj_description`: its operators are looked up by the path. */
export function commentOn(oid: SqlPart, catalog: 'pg_class' | 'pg_type' | 'pg_proc', column: SqlPart = sql`0`): SqlPart {
  return sql`(select cd.description from pg_catalog.pg_description cd
    where cd.objoid = ${oid} and cd.classoid = ${catalogOid(catalog)} and cd.objsubid = ${column}::int4)`;
}

/** The OID of a system catalogue. As `oid`: with `regclass` an operator of a user could fit better than that of PostgreSQL. */
function catalogOid(name: string): SqlPart {
  return sql`${sql.lit(`pg_catalog.${name}`)}::regclass::oid`;
}

/** A name as SQL takes it: quoted where it must be, qualified unless in `public`. */
export function writtenName(schema: SqlPart, name: SqlPart): SqlPart {
  return sql`(case ${schema} when 'public' then '' else pg_catalog.quote_ident(${schema}) || '.' end || pg_catalog.quote_ident(${name}))`;
}

/** A type as SQL takes it, such as `numeric(10,2)` or `order_status`; qualified like {@link writtenName}. */
export function writtenType(type: SqlPart, modifier: SqlPart): SqlPart {
  return sql`pg_catalog.regexp_replace(pg_catalog.format_type(${type}, ${modifier}), '^public\.', '')`;
}

/** {@link writtenName} of the relation of an OID. */
export function writtenRelation(oid: SqlPart): SqlPart {
  return sql`(select ${writtenName(sql`wn.nspname`, sql`wc.relname`)}
    from pg_catalog.pg_class wc join pg_catalog.pg_namespace wn on wn.oid = wc.relnamespace where wc.oid = ${oid})`;
}

/** A JSON list of the written names of columns, in the order of their numbers in an array. */
export function writtenColumns(relation: SqlPart, numbers: SqlPart): SqlPart {
  return sql`(select pg_catalog.json_agg(pg_catalog.quote_ident(wa.attname) order by wk.place)
    from pg_catalog.unnest(${numbers}) with ordinality wk(number, place)
    join pg_catalog.pg_attribute wa on wa.attrelid = ${relation} and wa.attnum = wk.number)`;
}

/**
 * Foreign keys as they were declared. PostgreSQL keeps a copy for each partition of either side: at `ownEnd`, `conrelid` or `confrelid`,
 * a copy has the same relation as what it is a copy of.
 */
export function isDeclaredKey(constraint: SqlPart, parent: SqlPart, ownEnd: 'conrelid' | 'confrelid'): SqlPart {
  const own = sql.ref(ownEnd);
  return sql`not exists (select from pg_catalog.pg_constraint pk where pk.oid = ${parent} and pk.${own} = ${constraint}.${own})`;
}

/** Leaves of a partitioned table `o`, or the table itself. */
export const leaves = sql`with recursive tree as (
    select o.relid as oid union all
    select h.inhrelid from tree join pg_catalog.pg_inherits h on h.inhparent = tree.oid where o.kind = 'partitioned_table')
  select tree.oid, c.reltuples, c.relpages, c.relkind from tree join pg_catalog.pg_class c on c.oid = tree.oid`;

/** Rows of `o` by the last ANALYZE or VACUUM, null when there was none; before PostgreSQL 14 none looks like an empty table. */
export const estimatedRows = sql`case when o.kind in ('table', 'partitioned_table', 'partition', 'materialized_view', 'foreign_table') then
  (select pg_catalog.sum(l.reltuples::float8) filter (where l.reltuples::float8 >= 0::float8 and (l.relpages > 0 or l.reltuples::float8 > 0::float8 or pg_catalog.current_setting('server_version_num')::int >= 140000))
   from (${leaves}) l where l.relkind <> 'p') end`;

/** The text of a view `o`. One over relations that are not on the list keeps it to itself, one over locked relations for now. */
export function viewText(tables: TableAllowList | undefined): SqlPart {
  return sql`case when not exists (select from pg_catalog.pg_rewrite vr join pg_catalog.pg_depend vd
      on vd.classid = 'pg_catalog.pg_rewrite'::regclass::oid and vd.objid = vr.oid and vd.refclassid = 'pg_catalog.pg_class'::regclass::oid
    where vr.ev_class = o.relid
      and not (${isFree(sql`vd.refobjid`)} and (vd.refobjid = o.relid or ${isRelationOnList(tables, sql`vd.refobjid`)})))
    then pg_catalog.pg_get_viewdef(o.relid) end`;
}

/** The text of an index, unless its table is locked. */
export function indexText(index: SqlPart): SqlPart {
  return sql`(select pg_catalog.pg_get_indexdef(xi.indexrelid) from pg_catalog.pg_index xi where xi.indexrelid = ${index} and ${isFree(sql`xi.indrelid`)})`;
}
