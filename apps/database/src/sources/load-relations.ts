import { sql, type Kysely } from 'kysely';
import type { RelationTraits } from '../sql/function-catalog.ts';
import { steadyFunctions } from '../sql/is-steady.ts';
import type { QualifiedName } from '../sql/read-statement.ts';
import type { SearchPath } from './create-search-path.ts';

/** A relation asked for, and one function that reading it calls. */
interface RelationRow {
  readonly index: number;
  readonly schema: string;
  readonly name: string;
  readonly called: string | null;
  readonly isVolatile: boolean;
  readonly isSteady: boolean;
}

/** Whether a column holds a relation that is neither the server's nor an extension's. */
const isOwners = (column: string) =>
  sql.raw(`${column} >= 16384 and not exists (
  select from pg_catalog.pg_depend e where e.classid = 'pg_class'::regclass and e.objid = ${column} and e.deptype = 'e')`);

/**
 * Reads what relations are and call: one answer for each name, nothing for a name that is none.
 *
 * From a name to what it stands for on the search path, then through views and partitions to the functions in rules and policies and to the
 * handlers of foreign tables. Not through views of the server and its extensions, nor through materialized ones, which hold rows. Printed
 * trees name functions by `funcid`, also those that the catalogue keeps no dependency on.
 */
export async function loadRelations(
  db: Kysely<unknown>,
  names: readonly QualifiedName[],
  path: SearchPath,
): Promise<(RelationTraits | undefined)[]> {
  const schemas = toArray(names.map(({ schema }) => schema));
  const relations = toArray(names.map(({ name }) => name));
  const { rows } = await sql<RelationRow>`
    with recursive asked (index, oid) as (
      select a.index, (
        select c.oid from pg_catalog.pg_class c join pg_catalog.pg_namespace s on s.oid = c.relnamespace
        where c.relname = a.name and case when a.schema is null then s.nspname = any (${toArray(path)}::text[]) else s.nspname = a.schema end
        order by array_position(${toArray(path)}::text[], s.nspname::text) limit 1)
      from unnest(${schemas}::text[], ${relations}::text[]) with ordinality as a (schema, name, index)
    ), reached (index, oid) as (
      select index, oid from asked where ${isOwners('asked.oid')}
      union
      select r.index, next.oid from reached r cross join lateral (
        select d.refobjid as oid from pg_catalog.pg_class c join pg_catalog.pg_rewrite w on w.ev_class = c.oid
          join pg_catalog.pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
        where c.oid = r.oid and c.relkind = 'v' and d.refclassid = 'pg_class'::regclass
        union all select i.inhrelid from pg_catalog.pg_inherits i where i.inhparent = r.oid) next
      where ${isOwners('next.oid')}
    ), trees (index, tree) as (
      select r.index, w.ev_action::text from reached r join pg_catalog.pg_class c on c.oid = r.oid and c.relkind = 'v'
        join pg_catalog.pg_rewrite w on w.ev_class = r.oid and w.ev_type = '1'
      union all
      select r.index, p.polqual::text from reached r join pg_catalog.pg_policy p on p.polrelid = r.oid and p.polcmd in ('*', 'r')
    ), calls (index, oid) as (
      select t.index, m[1]::oid from trees t cross join regexp_matches(t.tree, ':(?:op)?funcid (\\d+) ', 'g') m
      union
      select r.index, w.fdwhandler from reached r join pg_catalog.pg_foreign_table f on f.ftrelid = r.oid
        join pg_catalog.pg_foreign_server s on s.oid = f.ftserver join pg_catalog.pg_foreign_data_wrapper w on w.oid = s.srvfdw
    )
    select a.index::int as index, s.nspname::text as schema, c.relname::text as name, p.proname::text as called,
      p.provolatile = 'v' as "isVolatile",
      c.relkind in ('r', 'p', 'm', 'v') and exists (select from reached r where r.index = a.index)
        and not exists (select from trees t where t.index = a.index and (t.tree ~ 'SQLVALUEFUNCTION|TABLESAMPLECLAUSE'
          or exists (select from regexp_matches(t.tree, ':relid (\\d+) ', 'g') m where m[1] <> '0' and not (${isOwners('m[1]::oid')}))))
        and not exists (select from calls k join pg_catalog.pg_proc f on f.oid = k.oid where k.index = a.index and f.provolatile <> 'i'
          and not (f.provolatile = 's' and f.oid < 16384 and f.proname::text = any (${toArray(steadyFunctions)}::text[]))) as "isSteady"
    from asked a join pg_catalog.pg_class c on c.oid = a.oid join pg_catalog.pg_namespace s on s.oid = c.relnamespace
    left join (calls k join pg_catalog.pg_proc p on p.oid = k.oid
      left join pg_catalog.pg_depend e on e.classid = 'pg_proc'::regclass and e.objid = p.oid and e.deptype = 'e') on k.index = a.index
      and (p.oid < 16384 or e.objid is not null)`.execute(db);
  const byIndex = Map.groupBy(rows, ({ index }) => index);
  return names.map((_name, at) => toTraits(byIndex.get(at + 1) ?? []));
}

function toTraits(rows: readonly RelationRow[]): RelationTraits | undefined {
  const [first] = rows;
  return (
    first && {
      schema: first.schema,
      name: first.name,
      isSteady: first.isSteady,
      calls: rows.flatMap(({ called, isVolatile }) => (called === null ? [] : [{ name: called, isVolatile }])),
    }
  );
}

/** A text array as PostgreSQL writes it. */
function toArray(texts: readonly (string | undefined)[]): string {
  return `{${texts.map((text) => (text === undefined ? 'NULL' : `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`)).join(',')}}`;
}
