import { sql, type Kysely } from 'kysely';
import { joinStatements, listSome, maxNamed, toFinding, type Finding } from '../health-checks/finding.ts';
import { quoteIdentifier } from '../text/quote-identifier.ts';
import { reach } from './reach.ts';
import { quoteGrantee, type RoleIdentity } from './role-identity.ts';

interface DefaultRow {
  readonly creator: string;
  readonly schema: string | null;
  readonly kind: 'TABLES' | 'SEQUENCES';
  readonly rights: readonly string[];
  readonly grantee: string | null;
  readonly total: number;
}

const defaultsQuery = sql<DefaultRow>`
  with reach as (${reach}), defaults as (
    select o.rolname::text as creator, n.nspname::text as schema, case d.defaclobjtype when 'S' then 'SEQUENCES' else 'TABLES' end as kind,
      reach.name as grantee, pg_catalog.array_agg(distinct a.privilege_type) as rights
    from pg_catalog.pg_default_acl d join pg_catalog.pg_roles o on o.oid = d.defaclrole
    left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace,
    pg_catalog.aclexplode(d.defaclacl) a, reach
    where d.defaclobjtype in ('r', 'S') and reach.oid = a.grantee and a.privilege_type <> 'SELECT'
      and d.defaclrole not in (select oid from reach)
    group by 1, 2, 3, 4
  )
  select creator, schema, kind, grantee, pg_catalog.to_json(rights) as rights, (count(*) over ())::int4 as total
  from defaults order by creator, schema, kind, grantee limit ${maxNamed}`;

/** Rights to write that the connected role gets on tables and sequences made later. */
export async function findDefaultRights(db: Kysely<unknown>, role: RoleIdentity): Promise<readonly Finding[]> {
  const { rows } = await defaultsQuery.execute(db);
  const [first] = rows;
  if (first === undefined) {
    return [];
  }
  const places = rows.map(({ creator, schema, kind, rights }) => {
    const where = schema === null ? '' : ` in schema ${quoteIdentifier(schema)}`;
    return `${rights.join(', ')} on ${kind.toLowerCase()} that ${quoteIdentifier(creator)} makes${where}`;
  });
  const evidence = `Role ${quoteIdentifier(role.name)} will get ${listSome(places, first.total)}.`;
  return [toFinding('warning', evidence, joinStatements(rows.map(revoke), first.total))];
}

function revoke({ creator, schema, kind, rights, grantee }: DefaultRow): string {
  const where = schema === null ? '' : ` IN SCHEMA ${quoteIdentifier(schema)}`;
  const whose = `ALTER DEFAULT PRIVILEGES FOR ROLE ${quoteIdentifier(creator)}${where}`;
  return `${whose} REVOKE ${rights.join(', ')} ON ${kind} FROM ${quoteGrantee(grantee)}`;
}
