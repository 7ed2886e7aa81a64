import { sql, type Kysely } from 'kysely';
import { joinStatements, listSome, maxNamed, toFinding, type Finding } from '../health-checks/finding.ts';
import { quoteIdentifier, quoteQualified } from '../text/quote-identifier.ts';
import { reach } from './reach.ts';
import { quoteGrantee, type RoleContext } from './role-identity.ts';

interface RightRow {
  readonly schema: string;
  readonly name: string;
  readonly isSequence: boolean;
  readonly rights: readonly string[];
  /** Columns that the rights are limited to. */
  readonly columns: readonly string[] | null;
  readonly grantee: string | null;
  /** Of all rows, before the list is cut. */
  readonly total: number;
}

/** What changes rows, or lets a table be bound into something that does. Of a sequence USAGE and UPDATE: nextval and setval. */
const writes = sql`array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN']`;

/** Rights of owners are left to {@link findOwnership}. PUBLIC may update pg_settings in every database: that is SET. */
const rightsQuery = sql<RightRow>`
  with reach as (${reach}), relations as (
    select c.oid, n.nspname::text as schema, c.relname::text as name, c.relkind = 'S' as "isSequence",
      coalesce(c.relacl, pg_catalog.acldefault(case c.relkind when 'S' then 's'::"char" else 'r'::"char" end, c.relowner)) as acl
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and not (n.nspname = 'pg_catalog' and c.relname = 'pg_settings')
      and c.relowner not in (select oid from reach)
  ), rights as (
    select r.schema, r.name, r."isSequence", reach.name as grantee, pg_catalog.array_agg(distinct a.privilege_type) as rights,
      null::text[] as columns
    from relations r, pg_catalog.aclexplode(r.acl) a, reach
    where reach.oid = a.grantee and (a.privilege_type = any (${writes}) or (r."isSequence" and a.privilege_type in ('USAGE', 'UPDATE')))
    group by r.oid, 1, 2, 3, 4
    union all
    select r.schema, r.name, false, reach.name, array[a.privilege_type], pg_catalog.array_agg(t.attname::text order by t.attnum)
    from relations r join pg_catalog.pg_attribute t on t.attrelid = r.oid and not t.attisdropped, pg_catalog.aclexplode(t.attacl) a, reach
    where reach.oid = a.grantee and a.privilege_type = any (${writes})
    group by r.oid, 1, 2, 4, a.privilege_type
  )
  select schema, name, "isSequence", grantee, pg_catalog.to_json(rights) as rights, pg_catalog.to_json(columns) as columns,
    (count(*) over ())::int4 as total
  from rights r order by r.schema, r.name, r.grantee, r.columns, r.rights limit ${maxNamed}`;

/** Tables, columns and sequences that the connected role may change, by grants to it, to roles that it is a member of, or to PUBLIC. */
export async function findTableRights(db: Kysely<unknown>, role: RoleContext): Promise<readonly Finding[]> {
  const { rows } = await rightsQuery.execute(db);
  const [first] = rows;
  if (first === undefined) {
    return [];
  }
  const named = rows.filter(({ schema, name }) => role.canName(schema, name));
  const evidence = `Role ${quoteIdentifier(role.name)} may write: ${listSome(named.map(describe), first.total)}.`;
  return [toFinding('warning', evidence, joinStatements(named.map(revoke), first.total))];
}

function describe({ schema, name, grantee, ...right }: RightRow): string {
  const by = grantee === null ? ' by PUBLIC' : '';
  return `${quoteQualified(schema, name)} (${listRights(right)}${by})`;
}

function revoke({ schema, name, grantee, ...right }: RightRow): string {
  const kind = right.isSequence ? 'SEQUENCE' : 'TABLE';
  return `REVOKE ${listRights(right)} ON ${kind} ${quoteQualified(schema, name)} FROM ${quoteGrantee(grantee)}`;
}

function listRights({ rights, columns }: Pick<RightRow, 'rights' | 'columns'>): string {
  const suffix = columns === null ? '' : ` (${columns.map(quoteIdentifier).join(', ')})`;
  return rights.map((right) => `${right}${suffix}`).join(', ');
}
