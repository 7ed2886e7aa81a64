import { sql, type Kysely } from 'kysely';
import { loadFunctionCatalog } from './load-function-catalog.ts';
import type { SourceFacts, TypeInfo } from './type-catalog.ts';

/** Row types of composite types of system tables are left out: no column has them, and they are half of the list. */
const typesQuery = sql<{ id: string; name: string; element: string; base: string; delimiter: string }>`
  select t.oid::text as id, format_type(t.oid, null) as name, t.typbasetype::text as base, t.typdelim::text as delimiter,
    case when t.typcategory = 'A' then t.typelem::text else '0' end as element
  from pg_catalog.pg_type t
  where not (t.typtype = 'c' and t.typnamespace = 'pg_catalog'::regnamespace)`;

/** Reads types and function traits of a database. */
export async function loadSourceFacts(db: Kysely<unknown>): Promise<SourceFacts> {
  const [types, functions] = await Promise.all([typesQuery.execute(db), loadFunctionCatalog(db)]);
  return {
    types: new Map(types.rows.map(({ id, ...row }) => [Number(id), toTypeInfo(row)])),
    functions,
  };
}

function toTypeInfo({ name, element, base, delimiter }: { name: string; element: string; base: string; delimiter: string }): TypeInfo {
  return {
    name: name.replace(/^public\./, ''),
    delimiter,
    ...(element === '0' ? {} : { elementOid: Number(element) }),
    ...(base === '0' ? {} : { baseOid: Number(base) }),
  };
}
