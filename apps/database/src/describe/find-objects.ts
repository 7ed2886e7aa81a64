import { sql } from 'kysely';
import { isOnList, isTypeInUse, lockedRelations, type SqlPart } from '../catalog/sql-parts.ts';
import type { SearchPath } from '../sources/create-search-path.ts';
import type { TableAllowList } from '../sql/table-allow-list.ts';
import type { NameReading } from './object-name.ts';

/** Kinds that a description can be of. */
const describedKinds = {
  r: 'table',
  p: 'partitioned_table',
  v: 'view',
  m: 'materialized_view',
  f: 'foreign_table',
  S: 'sequence',
  c: 'composite_type',
  i: 'index',
  I: 'index',
} as const;

const relkinds = Object.keys(describedKinds);

/** Most objects of one name that are told apart. */
const maxFound = 20;

const relationKind = sql`case when c.relispartition and c.relkind in ('r', 'p', 'f') then 'partition'
  else case c.relkind ${sql.join(
    Object.entries(describedKinds).map(([relkind, kind]) => sql`when ${sql.lit(relkind)} then ${sql.lit(kind)}`),
    sql` `,
  )} end end`;

/** Where objects are looked for. */
export interface ObjectScope {
  readonly path: SearchPath;
  readonly tables?: TableAllowList | undefined;
}

/**
 * A CTE list that ends in `found`: the objects that the readings of a name fit, likeliest first. System schemas are found by `pg_` names and
 * when named; with an allow list only relations on it are, and enums and domains that their columns have.
 */
export function findObjects(readings: readonly NameReading[], { path, tables }: ObjectScope): SqlPart {
  const list = (pick: (reading: NameReading) => string | null): SqlPart => sql`${readings.map(pick)}::text[]`;
  return sql`
    wanted as (
      select w.schema, w.name::name as name, w.rank
      from rows from (pg_catalog.unnest(${list(({ schema }) => schema ?? null)}), pg_catalog.unnest(${list(({ name }) => name)})) with ordinality w(schema, name, rank)),
    ${lockedRelations},
    spaces as materialized (
      select n.oid, n.nspname::text as schema, n.nspname in ('pg_catalog', 'information_schema') as is_system,
        pg_catalog.array_position(${path}::text[], n.nspname::text) as place from pg_catalog.pg_namespace n
      where n.nspname::text not like 'pg\\_toast%' and n.nspname::text not like 'pg\\_temp%' and pg_catalog.has_schema_privilege(n.oid, 'usage')),
    found as (
      select * from (${relations(tables)} union all ${types(tables)} ${tables === undefined ? sql`union all ${functions}` : sql``}) named
      order by rank, class, place, schema, oid limit ${sql.lit(maxFound)})`;
}

/** The schema that a reading names, or else any; `pg_class` is found without a schema, other names of the system are not. */
const fits = sql`(w.schema = s.schema or w.schema is null and (not s.is_system or w.name::text like 'pg\\_%'))`;

function relations(tables: TableAllowList | undefined): SqlPart {
  const isIndex = sql`c.relkind in ('i', 'I')`;
  const listed = isOnList(tables, sql`s.schema`, sql`c.relname::text`);
  const indexed = sql`exists (select from pg_catalog.pg_index i join pg_catalog.pg_class t on t.oid = i.indrelid
    join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
    where i.indexrelid = c.oid and ${isOnList(tables, sql`tn.nspname::text`, sql`t.relname::text`)})`;
  return sql`
    select w.rank, 0 as class, s.place, s.schema, c.relname::text as name, c.oid, c.oid as relid,
      null::oid as typid, null::oid as procid, ${relationKind} as kind
    from wanted w join pg_catalog.pg_class c on c.relname = w.name join spaces s on s.oid = c.relnamespace
    where ${fits} and c.relkind in (${sql.join(relkinds.map((relkind) => sql.lit(relkind)))})
      and ${tables === undefined ? sql`true` : sql`case when ${isIndex} then ${indexed} else ${listed} end`}`;
}

function types(tables: TableAllowList | undefined): SqlPart {
  return sql`
    select w.rank, 1, s.place, s.schema, t.typname::text, t.oid, null, t.oid, null,
      case t.typtype when 'e' then 'enum' else 'domain' end
    from wanted w join pg_catalog.pg_type t on t.typname = w.name join spaces s on s.oid = t.typnamespace
    where ${fits} and t.typtype in ('e', 'd') and ${isTypeInUse(tables, sql`t`)}`;
}

/** One for each name; its overloads come with the description. */
const functions = sql`
  select pg_catalog.min(w.rank), 2, s.place, s.schema, p.proname::text, pg_catalog.min(p.oid), null, null, pg_catalog.min(p.oid), 'function'
  from wanted w join pg_catalog.pg_proc p on p.proname = w.name join spaces s on s.oid = p.pronamespace
  where ${fits} and p.prokind in ('f', 'w', 'a')
  group by s.schema, s.place, p.proname`;
