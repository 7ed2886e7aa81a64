import { sql, type Kysely } from 'kysely';
import type { FunctionTraits } from '../sql/function-policy.ts';
import type { SourceFacts, TypeInfo } from './type-catalog.ts';

/** Row types of composite types of system tables are left out: no column has them, and they are half of the list. */
const typesQuery = sql<{ id: string; name: string; element: string; base: string; delimiter: string }>`
  select t.oid::text as id, format_type(t.oid, null) as name, t.typbasetype::text as base, t.typdelim::text as delimiter,
    case when t.typcategory = 'A' then t.typelem::text else '0' end as element
  from pg_catalog.pg_type t
  where not (t.typtype = 'c' and t.typnamespace = 'pg_catalog'::regnamespace)`;

const functionsQuery = sql<{ name: string; volatile: boolean; field: boolean }>`
  select p.proname::text as name, bool_or(p.provolatile = 'v') as volatile,
    bool_or(p.provolatile = 'v' and p.pronargs >= 1 and p.pronargs - p.pronargdefaults <= 1) as field
  from pg_catalog.pg_proc p
  group by p.proname`;

/** Reads types and function traits of a database. */
export async function loadSourceFacts(db: Kysely<unknown>): Promise<SourceFacts> {
  const [types, functions] = await Promise.all([typesQuery.execute(db), functionsQuery.execute(db)]);
  return {
    types: new Map(types.rows.map(({ id, ...row }) => [Number(id), toTypeInfo(row)])),
    functions: new Map(functions.rows.map(({ name, volatile, field }): [string, FunctionTraits] => [name, toTraits(volatile, field)])),
  };
}

function toTypeInfo({ name, element, base, delimiter }: { name: string; element: string; base: string; delimiter: string }): TypeInfo {
  return {
    name,
    delimiter,
    ...(element === '0' ? {} : { elementOid: Number(element) }),
    ...(base === '0' ? {} : { baseOid: Number(base) }),
  };
}

function toTraits(isVolatile: boolean, isVolatileField: boolean): FunctionTraits {
  return { isVolatile, isVolatileField };
}
