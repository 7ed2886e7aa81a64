import { sql, type Kysely } from 'kysely';
import { isSystemSchema } from '../catalog/system-schema.ts';

/** A schema that holds tables or views. */
export interface SchemaFacts {
  readonly name: string;
  /** Roles that own something in it. */
  readonly owners: readonly string[];
}

/** A function as REVOKE names it. */
export interface FunctionFacts {
  readonly schema: string;
  readonly name: string;
  /** Types of its arguments, written by PostgreSQL. */
  readonly args: string;
}

/** What a database tells of itself before rights are granted. */
export interface GrantFacts {
  readonly database: string;
  /** `server_version_num`, such as 150018. */
  readonly version: number;
  readonly hasRole: boolean;
  /** Schemas with tables or views, without those of PostgreSQL. */
  readonly schemas: readonly SchemaFacts[];
  readonly schemaNames: ReadonlySet<string>;
  /** The items asked for that are there. */
  readonly relations: ReadonlySet<string>;
  /** Schemas in which everyone may create objects. */
  readonly openSchemas: readonly string[];
  /** Functions that connect elsewhere and that everyone may call. */
  readonly openFunctions: readonly FunctionFacts[];
}

interface FactsRow extends Omit<GrantFacts, 'schemaNames' | 'relations'> {
  readonly schemaNames: readonly string[];
  readonly relations: readonly string[];
}

const maxSchemas = 500;
const maxFunctions = 50;

const schemas = sql`
  select pg_catalog.json_agg(pg_catalog.json_build_object('name', s.name, 'owners', s.owners)) from (
    select n.nspname::text as name, pg_catalog.json_agg(distinct o.rolname::text) as owners
    from pg_catalog.pg_namespace n join pg_catalog.pg_class c on c.relnamespace = n.oid join pg_catalog.pg_roles o on o.oid = c.relowner
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and not ${isSystemSchema} group by n.nspname order by n.nspname limit ${maxSchemas}
  ) s`;

const openSchemas = sql`
  select pg_catalog.json_agg(n.nspname::text order by n.nspname) from pg_catalog.pg_namespace n
  where not ${isSystemSchema} and exists (
    select from pg_catalog.aclexplode(n.nspacl) a where a.grantee = 0::oid and a.privilege_type = 'CREATE')`;

const openFunctions = sql`
  select pg_catalog.json_agg(f) from (
    select n.nspname::text as schema, p.proname::text as name, pg_catalog.pg_get_function_identity_arguments(p.oid) as args
    from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_proc'::regclass::oid and d.objid = p.oid and d.deptype = 'e'
    where p.proname::text like 'dblink%' and exists (
      select from pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a where a.grantee = 0::oid)
    order by 1, 2, 3 limit ${maxFunctions}
  ) f`;

/**
 * Asks a database what rights on it are about: one round trip, which works for any role.
 *
 * @param items Tables of `--allow-tables`, as `schema.table`.
 */
export async function loadGrantFacts(
  db: Kysely<unknown>,
  { role, items }: { readonly role: string; readonly items: readonly string[] },
): Promise<GrantFacts | undefined> {
  const { rows } = await sql<FactsRow>`
    select current_database()::text as database, pg_catalog.current_setting('server_version_num')::int4 as version,
      exists (select from pg_catalog.pg_roles r where r.rolname::text = ${role}) as "hasRole",
      coalesce((${schemas}), '[]') as schemas, coalesce((${openSchemas}), '[]') as "openSchemas",
      coalesce((${openFunctions}), '[]') as "openFunctions",
      coalesce((select pg_catalog.json_agg(n.nspname::text) from pg_catalog.pg_namespace n), '[]') as "schemaNames",
      coalesce((select pg_catalog.json_agg(n.nspname::text || '.' || c.relname::text) from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'f')
        and n.nspname::text || '.' || c.relname::text = any (${[...items]}::text[])), '[]') as relations`.execute(db);
  const [row] = rows;
  return row && { ...row, schemaNames: new Set(row.schemaNames), relations: new Set(row.relations) };
}
