import { sql, type Kysely } from 'kysely';
import { listSome, maxNamed, toFinding, type Finding } from '../health-checks/finding.ts';
import { quoteIdentifier, quoteQualified } from '../text/quote-identifier.ts';
import { reach } from './reach.ts';
import type { RoleContext } from './role-identity.ts';

interface OwnedRow {
  readonly kind: 'database' | 'schema' | 'relation' | 'function';
  readonly schema: string | null;
  readonly name: string;
  readonly total: number;
}

const ownedQuery = sql<OwnedRow>`
  with reach as (${reach}), owned as (
    select 1 as place, 'database' as kind, null::text as schema, datname::text as name, datdba as owner
    from pg_catalog.pg_database where datname = current_database()
    union all
    select 2, 'schema', null, nspname::text, nspowner from pg_catalog.pg_namespace
    where nspname::text not like 'pg\\_temp%' and nspname::text not like 'pg\\_toast%'
    union all
    select 3, 'relation', n.nspname::text, c.relname::text, c.relowner
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and n.nspname::text not like 'pg\\_temp%'
    union all
    select 4, 'function', n.nspname::text, p.proname::text, p.proowner
    from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace where n.nspname::text not like 'pg\\_temp%'
  )
  select kind, schema, name, (count(*) over ())::int4 as total from owned
  where owner in (select oid from reach where oid <> 0::oid) order by place, schema, name limit ${maxNamed}`;

/** What the connected role owns, itself or by membership: an owner may change and drop it, whatever is granted. */
export async function findOwnership(db: Kysely<unknown>, role: RoleContext): Promise<readonly Finding[]> {
  const { rows } = await ownedQuery.execute(db);
  const [first] = rows;
  if (first === undefined) {
    return [];
  }
  const named = rows.filter(({ kind, schema, name }) => kind !== 'relation' || role.canName(schema ?? '', name));
  const owns = listSome(named.map(describe), first.total);
  const evidence = `Role ${quoteIdentifier(role.name)} owns ${owns}. Connect as a role of its own: trellis-database print-role prints one.`;
  return [toFinding('warning', evidence)];
}

function describe({ kind, schema, name }: OwnedRow): string {
  return `${kind} ${schema === null ? quoteIdentifier(name) : quoteQualified(schema, name)}`;
}
