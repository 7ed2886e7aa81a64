import { sql, type RawBuilder } from 'kysely';
import type { TableAllowList } from '../sql/table-allow-list.ts';
import { maxItems, type ObjectKind } from './object-kinds.ts';
import {
  commentOn,
  estimatedRows,
  indexText,
  isDeclaredKey,
  isFree,
  isOnList,
  isRelationOnList,
  isTypeInUse,
  lockedRelations,
  userSchemas,
  viewText,
  writtenName,
  writtenRelation,
  type SqlPart,
  writtenType,
} from './sql-parts.ts';

/** One row of {@link objectsQuery}; details are null unless asked for. Names are written as SQL takes them. */
export interface ObjectRow {
  readonly schema: string;
  /** As the catalogue has it: where the next page goes on. */
  readonly name: string;
  /** Quoted where it must be, qualified unless in `public`. */
  readonly written: string;
  readonly kind: ObjectKind;
  /** Tells overloads of a function apart, and orders them. */
  readonly id: string;
  readonly comment: string | null;
  /** Estimated rows; null when never analysed, and for what has none. */
  readonly estimate: number | null;
  readonly columns: readonly ColumnRow[] | null;
  readonly labels: readonly string[] | null;
  readonly indexes: readonly string[] | null;
  readonly constraints: readonly string[] | null;
  readonly definition: string | null;
}

/** One column; `notNull` and what follows only in full. */
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
  /** Relations that may be seen; with a list, enums that they use, and no functions. */
  readonly tables?: TableAllowList | undefined;
}

/** Items of each list that leave the database: one more than is shown, so that more are known to be there. */
const maxRead = maxItems + 1;

/** A JSON list of the rows of a query that selects one `item`. */
function list(rows: SqlPart): SqlPart {
  return sql`(select pg_catalog.json_agg(l.item) from (${rows} limit ${sql.lit(maxRead)}) l)`;
}

/** Columns that all parts of the union have: `relid` is null for what is no relation, since OIDs are unique within one catalogue only. */
function relations(tables: TableAllowList | undefined): SqlPart {
  const isListed = isOnList(tables, sql`s.schema`, sql`c.relname::text`);
  const isIndexListed = sql`exists (select from pg_catalog.pg_index i where i.indexrelid = c.oid and ${isRelationOnList(tables, sql`i.indrelid`)})`;
  return sql`
    select c.oid, c.oid as relid, s.schema, c.relname::text as name, 'pg_class' as catalog,
      case when c.relispartition and c.relkind in ('r', 'p', 'f') then 'partition' else case c.relkind when 'r' then 'table'
        when 'p' then 'partitioned_table' when 'v' then 'view' when 'm' then 'materialized_view' when 'f' then 'foreign_table'
        else 'index' end end as kind
    from pg_catalog.pg_class c join spaces s on s.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'i', 'I') and not (c.relispartition and c.relkind in ('i', 'I'))
      ${tables === undefined ? sql`` : sql`and case when c.relkind in ('i', 'I') then ${isIndexListed} else ${isListed} end`}`;
}

function enums(tables: TableAllowList | undefined): SqlPart {
  return sql`
    select t.oid, null, s.schema, t.typname::text, 'pg_type', 'enum'
    from pg_catalog.pg_type t join spaces s on s.oid = t.typnamespace where t.typtype = 'e' and ${isTypeInUse(tables, sql`t`)}`;
}

const functions = sql`
  select p.oid, null, s.schema, p.proname::text, 'pg_proc', 'function'
  from pg_catalog.pg_proc p join spaces s on s.oid = p.pronamespace
  where p.prokind in ('f', 'w', 'a') and p.prorettype <> 'trigger'::regtype::oid
    and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::regclass::oid and d.objid = p.oid and d.deptype = 'e')`;

/** The first foreign key of a column to a relation on the list. */
const target = (tables: TableAllowList | undefined): SqlPart => sql`
  (select ${writtenRelation(sql`f.confrelid`)} || '.' || pg_catalog.quote_ident(t.attname)
   from pg_catalog.pg_constraint f
   join pg_catalog.pg_attribute t on t.attrelid = f.confrelid and t.attnum = f.confkey[pg_catalog.array_position(f.conkey, a.attnum)]
   where f.conrelid = a.attrelid and f.contype = 'f' and a.attnum = any (f.conkey)
     and ${isDeclaredKey(sql`f`, sql`f.conparentid`, 'conrelid')} and ${isRelationOnList(tables, sql`f.confrelid`)}
   order by f.conname limit 1)`;

function columns(tables: TableAllowList | undefined, isFull: boolean): SqlPart {
  const rest = sql`,
      'notNull', a.attnotnull, 'default', case when ${isFree(sql`o.relid`)} then pg_catalog.left(pg_catalog.pg_get_expr(d.adbin, d.adrelid), 500) end, 'comment', pg_catalog.left(${commentOn(sql`a.attrelid`, 'pg_class', sql`a.attnum`)}, 500)`;
  const defaults = sql`left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum and a.attidentity = '' and a.attgenerated = ''`;
  return list(sql`
    select pg_catalog.json_build_object('name', pg_catalog.quote_ident(a.attname), 'type', ${writtenType(sql`a.atttypid`, sql`a.atttypmod`)},
      'key', coalesce(a.attnum = any (pk.conkey), false), 'references', ${target(tables)} ${isFull ? rest : sql``}) as item
    from pg_catalog.pg_attribute a
    left join pg_catalog.pg_constraint pk on pk.conrelid = a.attrelid and pk.contype = 'p'
    ${isFull ? defaults : sql``}
    where a.attrelid = o.relid and o.kind <> 'index' and a.attnum > 0 and not a.attisdropped order by a.attnum`);
}

const constraints = (tables: TableAllowList | undefined): SqlPart =>
  list(sql`
    select pg_catalog.left(pg_catalog.pg_get_constraintdef(k.oid), 1000) as item from pg_catalog.pg_constraint k
    where k.conrelid = o.relid and ${isFree(sql`o.relid`)} and (k.contype in ('c', 'u', 'x') or k.contype = 'f'
      and ${isDeclaredKey(sql`k`, sql`k.conparentid`, 'conrelid')} and ${isRelationOnList(tables, sql`k.confrelid`)})
    order by k.contype, k.conname`);

const indexes = list(sql`
  select pg_catalog.left(pg_catalog.pg_get_indexdef(i.indexrelid), 1000) as item from pg_catalog.pg_index i
  where i.indrelid = o.relid and ${isFree(sql`o.relid`)} order by i.indexrelid`);

const definition = (tables: TableAllowList | undefined): SqlPart => sql`
  pg_catalog.left(case when o.kind = 'function' then '(' || pg_catalog.pg_get_function_arguments(o.oid) || ') -> ' || pg_catalog.pg_get_function_result(o.oid)
    when o.kind in ('view', 'materialized_view') then ${viewText(tables)}
    when o.kind = 'index' then ${indexText(sql`o.relid`)}
    when ${isFree(sql`o.relid`)} then case o.kind when 'partitioned_table' then 'PARTITION BY ' || pg_catalog.pg_get_partkeydef(o.relid)
      when 'partition' then (select pg_catalog.pg_get_expr(c.relpartbound, c.oid) from pg_catalog.pg_class c where c.oid = o.relid) end end, 4001)`;

const labels = list(sql`
  select e.enumlabel as item from pg_catalog.pg_enum e where o.kind = 'enum' and e.enumtypid = o.oid order by e.enumsortorder`);

/** Objects outside the system schemas that this role may see, in the order schema, name, id: one round trip, details of one page only. */
export function objectsQuery({ like, kinds, detail, limit, after, tables }: ObjectsFilter): RawBuilder<ObjectRow> {
  const isFull = detail === 'full';
  const unlessNames = (part: SqlPart): SqlPart => (detail === 'names' ? sql`null` : part);
  const whenFull = (part: SqlPart): SqlPart => (isFull ? part : sql`null`);
  const parts = [relations(tables), enums(tables), ...(tables === undefined ? [functions] : [])];
  return sql<ObjectRow>`
    with spaces as materialized (${userSchemas}), ${lockedRelations}, objects as (${sql.join(parts, sql` union all `)})${like === undefined ? sql`` : columnHits(like)},
    o as materialized (
      select objects.* from objects ${like === undefined ? sql`` : sql`left join hits on hit = relid and kind <> 'index'`}
      where kind = any (${kinds}::text[]) and ${like === undefined ? sql`true` : matches(like)}
        and ${after === undefined ? sql`true` : sql`(schema, name, oid::int8) > (${after[0]}, ${after[1]}, ${after[2]}::int8)`}
      order by schema, name, oid::int8 limit ${limit}
    )
    select o.schema, o.name, ${writtenName(sql`o.schema`, sql`o.name`)} as written, o.kind, o.oid::text as id,
      ${unlessNames(estimatedRows)} as estimate, ${unlessNames(sql`pg_catalog.left(case o.catalog when 'pg_class' then ${commentOn(sql`o.oid`, 'pg_class')} when 'pg_type' then ${commentOn(sql`o.oid`, 'pg_type')}
        else ${commentOn(sql`o.oid`, 'pg_proc')} end, 500)`)} as comment,
      ${unlessNames(columns(tables, isFull))} as columns, ${unlessNames(labels)} as labels,
      ${whenFull(indexes)} as indexes, ${whenFull(constraints(tables))} as constraints,
      ${isFull ? definition(tables) : unlessNames(sql`case when o.kind in ('function', 'index') then ${definition(tables)} end`)} as definition
    from o order by o.schema, o.name, o.oid::int8`;
}

/** One scan of all columns and a join: a look at the columns of each table takes seconds where there are tens of thousands. */
const columnHits = (like: string): SqlPart => sql`, hits as (
  select a.attrelid as hit from pg_catalog.pg_attribute a
  where a.attnum > 0 and not a.attisdropped and a.attname::text ilike ${like} group by a.attrelid)`;

function matches(like: string): SqlPart {
  return sql`(name ilike ${like} or schema || '.' || name ilike ${like} or hit is not null)`;
}
