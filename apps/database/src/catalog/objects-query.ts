import { sql, type RawBuilder } from 'kysely';
import type { ObjectKind } from './object-kinds.ts';

/** One row of {@link objectsQuery}; details are null unless asked for. */
export interface ObjectRow {
  readonly schema: string;
  readonly name: string;
  readonly kind: ObjectKind;
  /** Tells overloads of a function apart, and orders them. */
  readonly id: string;
  readonly comment: string | null;
  /** Estimated rows, -1 when never analysed. */
  readonly estimate: number;
  readonly columns: readonly ColumnRow[] | null;
  readonly labels: readonly string[] | null;
  readonly indexes: readonly string[] | null;
  readonly constraints: readonly string[] | null;
  readonly definition: string | null;
}

/** One column; `not_null` and what follows only in full. */
export interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly key: boolean;
  readonly references: string | null;
  readonly notNull: boolean;
  readonly default: string | null;
  readonly comment: string | null;
}

/** What {@link objectsQuery} looks for. */
export interface ObjectsFilter {
  /** ILIKE pattern on names, qualified names and column names. */
  readonly like?: string | undefined;
  readonly kinds: readonly ObjectKind[];
  readonly detail: 'names' | 'summary' | 'full';
  readonly limit: number;
  /** Place after which to go on. */
  readonly after?: readonly [schema: string, name: string, id: string] | undefined;
}

const relations = sql`
  select c.oid, n.nspname::text as schema, c.relname::text as name, c.reltuples::float8 as estimate, 'pg_class'::regclass as catalog,
    case when c.relispartition and c.relkind in ('r', 'p') then 'partition' else case c.relkind when 'r' then 'table'
      when 'p' then 'partitioned_table' when 'v' then 'view' when 'm' then 'materialized_view' when 'f' then 'foreign_table'
      else 'index' end end as kind
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f', 'i', 'I') and not (c.relispartition and c.relkind in ('i', 'I'))`;

const enums = sql`
  select t.oid, n.nspname::text, t.typname::text, -1, 'pg_type'::regclass, 'enum'
  from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace where t.typtype = 'e'`;

const functions = sql`
  select p.oid, n.nspname::text, p.proname::text, -1, 'pg_proc'::regclass, 'function'
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where p.prokind in ('f', 'w', 'a') and p.prorettype <> 'trigger'::regtype
    and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')`;

const columns = sql`
  (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
      'key', coalesce(a.attnum = any (pk.conkey), false), 'references', fk.target, 'notNull', a.attnotnull,
      'default', pg_get_expr(d.adbin, d.adrelid), 'comment', col_description(a.attrelid, a.attnum)) order by a.attnum)
   from pg_catalog.pg_attribute a
   left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum and a.attidentity = '' and a.attgenerated = ''
   left join pg_catalog.pg_constraint pk on pk.conrelid = a.attrelid and pk.contype = 'p'
   left join lateral (
     select f.confrelid::regclass::text || '.' || quote_ident(t.attname) as target
     from pg_catalog.pg_constraint f
     join pg_catalog.pg_attribute t on t.attrelid = f.confrelid and t.attnum = f.confkey[array_position(f.conkey, a.attnum)]
     where f.conrelid = a.attrelid and f.contype = 'f' and a.attnum = any (f.conkey) and f.conparentid = 0 limit 1
   ) fk on true
   where a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped)`;

const constraints = sql`
  (select json_agg(pg_get_constraintdef(k.oid) order by k.contype, k.conname) from pg_catalog.pg_constraint k
   where k.conrelid = o.oid and k.contype in ('c', 'f', 'u', 'x'))`;

const indexes = sql`
  (select json_agg(pg_get_indexdef(i.indexrelid) order by i.indexrelid) from pg_catalog.pg_index i where i.indrelid = o.oid)`;

const definition = sql`
  case o.kind when 'view' then pg_get_viewdef(o.oid) when 'materialized_view' then pg_get_viewdef(o.oid)
    when 'index' then pg_get_indexdef(o.oid) when 'partitioned_table' then 'PARTITION BY ' || pg_get_partkeydef(o.oid)
    when 'partition' then (select pg_get_expr(c.relpartbound, c.oid) from pg_catalog.pg_class c where c.oid = o.oid)
    when 'function' then '(' || pg_get_function_arguments(o.oid) || ') -> ' || pg_get_function_result(o.oid) end`;

const labels = sql`(select json_agg(e.enumlabel order by e.enumsortorder) from pg_catalog.pg_enum e where e.enumtypid = o.oid)`;

/** Objects outside the system schemas that this role may see, in the order schema, name, id: one round trip, details of one page only. */
export function objectsQuery({ like, kinds, detail, limit, after }: ObjectsFilter): RawBuilder<ObjectRow> {
  const isFull = detail === 'full';
  const unlessNames = <Part>(part: Part): Part | RawBuilder<unknown> => (detail === 'names' ? sql`null` : part);
  const whenFull = <Part>(part: Part): Part | RawBuilder<unknown> => (isFull ? part : sql`null`);
  return sql<ObjectRow>`
    with objects as (${relations} union all ${enums} union all ${functions}),
    o as materialized (
      select * from objects
      where schema not in ('pg_catalog', 'information_schema') and schema not like 'pg\\_toast%' and schema not like 'pg\\_temp%'
        and has_schema_privilege(schema, 'usage') and kind = any (${kinds}::text[])
        and ${like === undefined ? sql`true` : matches(like)}
        and ${after === undefined ? sql`true` : sql`(schema, name, oid::int8) > (${after[0]}, ${after[1]}, ${after[2]}::int8)`}
      order by schema, name, oid::int8 limit ${limit}
    )
    select o.schema, o.name, o.kind, o.oid::text as id, o.estimate,
      ${unlessNames(sql`obj_description(o.oid, o.catalog::text)`)} as comment,
      ${unlessNames(columns)} as columns, ${unlessNames(labels)} as labels,
      ${whenFull(indexes)} as indexes, ${whenFull(constraints)} as constraints,
      ${isFull ? definition : unlessNames(sql`case when o.kind in ('function', 'index') then ${definition} end`)} as definition
    from o order by o.schema, o.name, o.oid::int8`;
}

function matches(like: string): RawBuilder<unknown> {
  return sql`(name ilike ${like} or schema || '.' || name ilike ${like} or (kind not in ('enum', 'function', 'index') and exists (
    select from pg_catalog.pg_attribute a where a.attrelid = oid and a.attnum > 0 and not a.attisdropped and a.attname ilike ${like})))`;
}
