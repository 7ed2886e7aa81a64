import { sql, type Kysely } from 'kysely';
import type { FunctionCatalog, FunctionTraits } from '../sql/function-catalog.ts';

/** Oid of the first object that is not the server's own (FirstNormalObjectId). */
const firstOwn = sql.raw('16384');

/** Functions called by an expression as the catalogue keeps it, a printed tree. */
const calledIn = sql.raw(String.raw`':(?:op)?funcid (\d+) ', 'g'`);

/**
 * Function names with their traits. An aggregate has no volatility of its own, and a VOLATILE default is called where the argument is left
 * out: both are looked up, for functions that are not the server's.
 */
const functionsQuery = sql<{
  name: string;
  isVolatile: boolean;
  isVolatileField: boolean;
  isVolatileOwn: boolean;
  steadiness: FunctionTraits['steadiness'];
}>`
  select p.proname::text as name, bool_or(acts) as "isVolatile",
    bool_or(acts and p.pronargs >= 1 and p.pronargs - p.pronargdefaults <= 1) as "isVolatileField",
    bool_or(acts and p.pronamespace <> 'pg_catalog'::regnamespace) as "isVolatileOwn",
    case when bool_and(p.provolatile = 'i' and not traits.is_own_aggregate) then 'immutable'
      when bool_and(not traits.is_own_aggregate and (p.provolatile = 'i' or p.provolatile = 's' and p.pronamespace = 'pg_catalog'::regnamespace))
      then 'server' end as steadiness
  from pg_catalog.pg_proc p
  left join (
    select a.aggfnoid::oid as oid from pg_catalog.pg_aggregate a join pg_catalog.pg_proc part on part.oid = any (array[a.aggtransfn,
      a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn]::oid[])
    where part.provolatile = 'v' and a.aggfnoid >= ${firstOwn}
    union
    select d.oid from pg_catalog.pg_proc d cross join regexp_matches(d.proargdefaults::text, ${calledIn}) m
      join pg_catalog.pg_proc part on part.oid = m[1]::oid
    where part.provolatile = 'v' and d.oid >= ${firstOwn}
  ) hidden using (oid)
  cross join lateral (
    select p.provolatile = 'v' or hidden.oid is not null as acts, p.prokind = 'a' and p.oid >= ${firstOwn} as is_own_aggregate
  ) traits
  group by p.proname`;

/**
 * Not operators that share the name of one of the server's: `=` of a single type, made VOLATILE by oversight, would have every `=` refused.
 * The same goes for types and casts below. Such ones are left to the READ ONLY transaction and the role.
 */
const operatorsQuery = sql<{ name: string; called: string }>`
  select distinct o.oprname::text as name, p.proname::text as called
  from pg_catalog.pg_operator o join pg_catalog.pg_proc p on p.oid = o.oprcode
  where p.provolatile = 'v' and not exists (select from pg_catalog.pg_operator own where own.oprname = o.oprname and own.oid < ${firstOwn})`;

/** Types whose values are made by a VOLATILE function: by input, by a cast, or by the check of a domain. */
const typesQuery = sql<{ id: string; name: string; called: string }>`
  select t.oid::text as id, t.typname::text as name, p.proname::text as called
  from (
    select oid, unnest(array[typinput, typoutput]::oid[]) as called from pg_catalog.pg_type
    union select casttarget, castfunc from pg_catalog.pg_cast
    union select k.contypid, m[1]::oid from pg_catalog.pg_constraint k cross join regexp_matches(k.conbin::text, ${calledIn}) m
      where k.contypid <> 0
  ) made join pg_catalog.pg_type t on t.oid = made.oid join pg_catalog.pg_proc p on p.oid = made.called
  where p.provolatile = 'v' and t.oid >= ${firstOwn}
    and not exists (select from pg_catalog.pg_type own where own.typname = t.typname and own.oid < ${firstOwn})`;

/** How deep types are followed into arrays, domains, rows and ranges of them. */
const maxDepth = 16;

/** Reads what a text can call in a database, and which of it acts. */
export async function loadFunctionCatalog(db: Kysely<unknown>): Promise<FunctionCatalog> {
  const [functions, operators, types] = await Promise.all([
    functionsQuery.execute(db),
    operatorsQuery.execute(db),
    typesQuery.execute(db).then(async ({ rows }) => addMadeOf(db, rows)),
  ]);
  return {
    functions: new Map(functions.rows.map(({ name, ...traits }): [string, FunctionTraits] => [name, traits])),
    operators: groupByName(operators.rows),
    types: groupByName(types),
  };
}

interface ActingType {
  readonly id: string;
  readonly name: string;
  readonly called: string;
}

/** Adds arrays, domains, rows and ranges of such types, level by level; most databases have none, and ask once. */
async function addMadeOf(db: Kysely<unknown>, roots: readonly ActingType[]): Promise<readonly ActingType[]> {
  const all = new Map<string, ActingType>();
  const add = (types: readonly ActingType[]): ActingType[] =>
    types.filter((type) => {
      const key = `${type.id} ${type.called}`;
      return !all.has(key) && all.set(key, type);
    });
  let level = add(roots);
  for (let depth = 0; level.length > 0 && depth < maxDepth; depth += 1) {
    const { rows } = await sql<{ id: string; name: string; part: string }>`
      select t.oid::text as id, t.typname::text as name, made.part::text as part
      from (
        select oid, typelem as part from pg_catalog.pg_type union all select oid, typbasetype from pg_catalog.pg_type
        union all select c.reltype, a.atttypid from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
        union all select rngtypid, rngsubtype from pg_catalog.pg_range
      ) made join pg_catalog.pg_type t on t.oid = made.oid
      where made.part = any (${`{${level.map(({ id }) => id).join(',')}}`}::oid[])`.execute(db);
    const parts = level;
    level = add(rows.flatMap(({ part, ...type }) => parts.filter(({ id }) => id === part).map(({ called }) => ({ ...type, called }))));
  }
  return [...all.values()];
}

function groupByName(rows: readonly { readonly name: string; readonly called: string }[]): Map<string, readonly string[]> {
  const grouped = Map.groupBy(rows, ({ name }) => name);
  return new Map([...grouped].map(([name, entries]) => [name, [...new Set(entries.map(({ called }) => called))]]));
}
