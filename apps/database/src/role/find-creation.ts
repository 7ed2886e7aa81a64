import { sql, type Kysely } from 'kysely';
import { isSystemSchema } from '../catalog/system-schema.ts';
import { joinStatements, listSome, maxNamed, toFinding, type Finding } from '../health-checks/finding.ts';
import { quoteIdentifier } from '../text/quote-identifier.ts';
import { reach } from './reach.ts';
import { quoteGrantee, type RoleIdentity } from './role-identity.ts';

interface CreationRow {
  readonly kind: 'DATABASE' | 'SCHEMA';
  readonly name: string;
  readonly right: string;
  readonly grantee: string | null;
  readonly total: number;
}

/** PUBLIC has TEMPORARY in every new database; only a grant of its own counts. */
const creationQuery = sql<CreationRow>`
  with reach as (${reach}), acls as (
    select 'DATABASE' as kind, datname::text as name, datdba as owner, coalesce(datacl, pg_catalog.acldefault('d', datdba)) as acl
    from pg_catalog.pg_database where datname = current_database()
    union all
    select 'SCHEMA', n.nspname::text, n.nspowner, coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))
    from pg_catalog.pg_namespace n where not ${isSystemSchema} or n.nspname in ('pg_catalog', 'information_schema')
  )
  select acls.kind, acls.name, a.privilege_type as right, reach.name as grantee, (count(*) over ())::int4 as total
  from acls, pg_catalog.aclexplode(acls.acl) a, reach
  where reach.oid = a.grantee and acls.owner not in (select oid from reach)
    and (a.privilege_type = 'CREATE' or (a.privilege_type = 'TEMPORARY' and reach.oid <> 0::oid))
  order by acls.kind, acls.name, a.privilege_type, reach.name limit ${maxNamed}`;

/** Where the connected role may create objects. */
export async function findCreation(db: Kysely<unknown>, role: RoleIdentity): Promise<readonly Finding[]> {
  const { rows } = await creationQuery.execute(db);
  const [first] = rows;
  if (first === undefined) {
    return [];
  }
  const places = rows.map(({ kind, name, right, grantee }) => {
    return `${right} on ${kind.toLowerCase()} ${quoteIdentifier(name)}${grantee === null ? ' by PUBLIC' : ''}`;
  });
  const fixes = rows.map((row) => `REVOKE ${row.right} ON ${row.kind} ${quoteIdentifier(row.name)} FROM ${quoteGrantee(row.grantee)}`);
  const severity = rows.some(({ right }) => right === 'CREATE') ? 'warning' : 'info';
  const evidence = `Role ${quoteIdentifier(role.name)} may create objects: ${listSome(places, first.total)}.`;
  return [toFinding(severity, evidence, joinStatements(fixes, first.total))];
}
