import { sql, type Kysely } from 'kysely';
import { joinStatements, listSome, maxNamed, toFinding, type Finding, type Severity } from '../health-checks/finding.ts';
import { quoteIdentifier, quoteQualified } from '../text/quote-identifier.ts';
import { reach } from './reach.ts';
import { quoteGrantee, type RoleIdentity } from './role-identity.ts';

type Danger = 'files' | 'connections' | 'server';

interface FunctionRow {
  readonly danger: Danger;
  readonly schema: string;
  readonly name: string;
  /** Types as REVOKE takes them. */
  readonly args: string;
  readonly grantee: string | null;
  readonly total: number;
}

/** Names by what they reach, in pg_catalog or in an extension (adminpack, dblink). PostgreSQL gives most of them to nobody. */
const names: Readonly<Record<Danger, readonly string[]>> = {
  files: [
    ...['pg_read_file', 'pg_read_binary_file', 'lo_import', 'lo_export', 'be_lo_import', 'be_lo_export'],
    ...['pg_file_read', 'pg_file_write', 'pg_file_rename', 'pg_file_unlink', 'pg_file_sync'],
  ],
  connections: ['dblink', 'dblink_connect', 'dblink_connect_u', 'dblink_exec', 'dblink_open', 'dblink_send_query'],
  server: [
    ...['pg_reload_conf', 'pg_rotate_logfile', 'pg_promote', 'pg_switch_wal', 'pg_create_restore_point', 'pg_ls_dir', 'pg_stat_file'],
    ...['pg_backup_start', 'pg_backup_stop', 'pg_start_backup', 'pg_stop_backup', 'pg_wal_replay_pause', 'pg_wal_replay_resume'],
    ...['pg_stat_reset', 'pg_stat_reset_shared', 'pg_replication_origin_create', 'pg_log_backend_memory_contexts'],
  ],
};

const meanings: Readonly<Record<Danger, readonly [severity: Severity, text: string]>> = {
  files: ['critical', 'may read or write files of the server'],
  connections: ['warning', 'may connect from the server to others'],
  server: ['warning', 'may steer the server'],
};

const functionsQuery = sql<FunctionRow>`
  with reach as (${reach}), listed as (
    select key as danger, pg_catalog.json_array_elements_text(value) as name
    from pg_catalog.json_each(${JSON.stringify(names)}::json)
  ), found as (
    select listed.danger, reach.name as grantee, n.nspname::text as schema, p.proname::text as name,
      pg_catalog.pg_get_function_identity_arguments(p.oid) as args
    from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace join listed on listed.name = p.proname::text,
    pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a, reach
    where reach.oid = a.grantee and a.privilege_type = 'EXECUTE' and p.proowner not in (select oid from reach)
      and (n.nspname = 'pg_catalog' or exists (select from pg_catalog.pg_depend d
        where d.classid = 'pg_catalog.pg_proc'::regclass::oid and d.objid = p.oid and d.deptype = 'e'))
  ), placed as (
    select *, count(*) over (partition by danger) as total, 
      row_number() over (partition by danger order by schema, name, args, grantee) as place
    from found
  )
  select danger, schema, name, args, grantee, total::int4 as total from placed where place <= ${maxNamed} order by danger, place`;

/** Functions that reach beyond tables and that the connected role may call. */
export async function findFunctions(db: Kysely<unknown>, role: RoleIdentity): Promise<readonly Finding[]> {
  const { rows } = await functionsQuery.execute(db);
  return (Object.keys(meanings) as Danger[]).flatMap((danger) => {
    const found = rows.filter((row) => row.danger === danger);
    const [first] = found;
    if (first === undefined) {
      return [];
    }
    const [severity, text] = meanings[danger];
    const listed = found.map((row) => `${sign(row)}${row.grantee === null ? ' by PUBLIC' : ''}`);
    const evidence = `Role ${quoteIdentifier(role.name)} ${text}: ${listSome(listed, first.total)}.`;
    const fixes = found.map((row) => `REVOKE EXECUTE ON FUNCTION ${sign(row)} FROM ${quoteGrantee(row.grantee)}`);
    return [toFinding(severity, evidence, joinStatements(fixes, first.total))];
  });
}

function sign({ schema, name, args }: FunctionRow): string {
  return `${quoteQualified(schema, name)}(${args})`;
}
