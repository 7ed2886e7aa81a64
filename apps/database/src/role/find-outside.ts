import { sql, type Kysely } from 'kysely';
import { joinStatements, listSome, maxNamed, toFinding, type Finding } from '../health-checks/finding.ts';
import { quoteIdentifier } from '../text/quote-identifier.ts';
import { reach } from './reach.ts';
import { quoteGrantee, type RoleIdentity } from './role-identity.ts';

interface ServerRow {
  readonly kind: 'FOREIGN SERVER' | 'FOREIGN DATA WRAPPER';
  readonly name: string;
  readonly grantee: string | null;
  readonly total: number;
}

const serversQuery = sql<ServerRow>`
  with reach as (${reach}), acls as (
    select 'FOREIGN SERVER' as kind, srvname::text as name, coalesce(srvacl, pg_catalog.acldefault('S', srvowner)) as acl
    from pg_catalog.pg_foreign_server
    union all
    select 'FOREIGN DATA WRAPPER', fdwname::text, coalesce(fdwacl, pg_catalog.acldefault('F', fdwowner))
    from pg_catalog.pg_foreign_data_wrapper
  )
  select acls.kind, acls.name, reach.name as grantee, (count(*) over ())::int4 as total
  from acls, pg_catalog.aclexplode(acls.acl) a, reach
  where reach.oid = a.grantee and a.privilege_type = 'USAGE' order by acls.kind, acls.name, reach.name limit ${maxNamed}`;

/** With lo_compat_privileges everyone may write every large object. */
const largeObjectsQuery = sql<{ compat: boolean; writable: number }>`
  with reach as (${reach})
  select pg_catalog.current_setting('lo_compat_privileges')::bool as compat, (select count(*) from (
    select from pg_catalog.pg_largeobject_metadata m where m.lomowner in (select oid from reach) or exists (
      select from pg_catalog.aclexplode(m.lomacl) a join reach on reach.oid = a.grantee where a.privilege_type = 'UPDATE') limit 1000
    ) found)::int4 as writable`;

/** Foreign servers that the connected role may use, and large objects that it may write. */
export async function findOutside(db: Kysely<unknown>, role: RoleIdentity): Promise<readonly Finding[]> {
  const servers = await serversQuery.execute(db);
  const largeObjects = await largeObjectsQuery.execute(db);
  const self = quoteIdentifier(role.name);
  return [...serverFindings(servers.rows, self), ...largeObjects.rows.flatMap((row) => largeObjectFindings(row, self))];
}

function serverFindings(rows: readonly ServerRow[], self: string): Finding[] {
  const [first] = rows;
  if (first === undefined) {
    return [];
  }
  const named = rows.map(
    ({ kind, name, grantee }) => `${kind.toLowerCase()} ${quoteIdentifier(name)}${grantee === null ? ' by PUBLIC' : ''}`,
  );
  const fixes = rows.map(({ kind, name, grantee }) => `REVOKE USAGE ON ${kind} ${quoteIdentifier(name)} FROM ${quoteGrantee(grantee)}`);
  return [toFinding('warning', `Role ${self} may use ${listSome(named, first.total)}.`, joinStatements(fixes, first.total))];
}

function largeObjectFindings({ compat, writable }: { compat: boolean; writable: number }, self: string): Finding[] {
  if (compat) {
    const evidence = `Role ${self} may write every large object: lo_compat_privileges is on.`;
    return [toFinding('warning', evidence, 'ALTER SYSTEM SET lo_compat_privileges = off;')];
  }
  const many = writable === 1000 ? '1,000 or more' : String(writable);
  return writable === 0 ? [] : [toFinding('warning', `Role ${self} may write large objects: ${many}.`)];
}
