import { sql, type Kysely } from 'kysely';
import { isSystemSchema } from '../catalog/system-schema.ts';
import { joinStatements, listSome, maxNamed, toFinding, type Finding } from '../health-checks/finding.ts';
import type { TableAllowList } from '../sql/table-allow-list.ts';
import { quoteIdentifier, quoteQualified } from '../text/quote-identifier.ts';
import { reach } from './reach.ts';
import { quoteGrantee, type RoleContext } from './role-identity.ts';

interface VisibleRow {
  readonly schema: string;
  readonly name: string;
  /** Who of those that the role stands for may read it; nobody when a role such as pg_read_all_data does. */
  readonly grantees: readonly (string | null)[];
  readonly total: number;
}

/** SELECT on the table or on a column of it, by whatever way. */
const canRead = sql`exists (select from reach where reach.oid <> 0::oid and pg_catalog.has_schema_privilege(reach.oid, c.relnamespace, 'USAGE')
  and (pg_catalog.has_table_privilege(reach.oid, c.oid, 'SELECT') or pg_catalog.has_any_column_privilege(reach.oid, c.oid, 'SELECT')))`;

function beyondQuery(items: readonly string[]) {
  return sql<VisibleRow>`
    with reach as (${reach})
    select n.nspname::text as schema, c.relname::text as name, (count(*) over ())::int4 as total,
      coalesce((select pg_catalog.json_agg(distinct reach.name) from pg_catalog.aclexplode(c.relacl) a
        join reach on reach.oid = a.grantee where a.privilege_type = 'SELECT'), '[]') as grantees
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and not ${isSystemSchema} and ${canRead}
      and not (n.nspname::text || '.' || c.relname::text = any (${items}::text[]) or n.nspname::text || '.*' = any (${items}::text[]))
    order by n.nspname, c.relname limit ${maxNamed}`;
}

/** Items without effect: tables and schemas that are not there, and tables that the role may not read. They look the same to a caller. */
function unreadableQuery(items: readonly string[]) {
  return sql<{ item: string; there: boolean }>`
    with reach as (${reach})
    select i.item, c.oid is not null as there
    from pg_catalog.unnest(${items}::text[]) i (item)
    left join (pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f'))
      on n.nspname::text || '.' || c.relname::text = i.item
    where i.item not like '%.*' and (c.oid is null or not ${canRead})
    union all
    select i.item, false from pg_catalog.unnest(${items}::text[]) i (item)
    where i.item like '%.*' and not exists (select from pg_catalog.pg_namespace n where n.nspname::text || '.*' = i.item)
    order by item`;
}

/** Compares what the connected role may read with `--allow-tables`: only a GRANT keeps the rest from every statement. */
export async function findVisible(db: Kysely<unknown>, role: RoleContext, tables: TableAllowList): Promise<readonly Finding[]> {
  const items = [...tables.items];
  const beyond = await beyondQuery(items).execute(db);
  const unreadable = await unreadableQuery(items).execute(db);
  const self = quoteIdentifier(role.name);
  return [...beyondFindings(beyond.rows, role), ...unreadableFindings(unreadable.rows, self)];
}

function beyondFindings(rows: readonly VisibleRow[], role: RoleContext): Finding[] {
  const [first] = rows;
  if (first === undefined) {
    return [];
  }
  const named = rows.filter(({ schema, name }) => role.canName(schema, name));
  const names = named.map(({ schema, name }) => quoteQualified(schema, name));
  const fixes = named.flatMap(({ schema, name, grantees }) =>
    grantees.map((grantee) => `REVOKE SELECT ON TABLE ${quoteQualified(schema, name)} FROM ${quoteGrantee(grantee)}`),
  );
  const which = named.length === 0 ? `${String(first.total)}; trellis-database doctor names them` : listSome(names, first.total);
  const evidence = `Role ${quoteIdentifier(role.name)} may read tables that --allow-tables leaves out: ${which}.`;
  return [toFinding('warning', evidence, joinStatements(fixes, Math.max(first.total, fixes.length)))];
}

function unreadableFindings(rows: readonly { item: string; there: boolean }[], self: string): Finding[] {
  const missing = rows.filter(({ there }) => !there).map(({ item }) => item);
  const closed = rows.filter(({ there }) => there).map(({ item }) => item);
  return [
    ...(missing.length === 0 ? [] : [toFinding('warning', `--allow-tables names what is not there: ${listSome(missing)}.`)]),
    ...(closed.length === 0 ? [] : [toFinding('warning', `Role ${self} may not read tables of --allow-tables: ${listSome(closed)}.`)]),
  ];
}
