import { sql, type Kysely } from 'kysely';
import { joinStatements, listSome, toFinding, type Finding, type Severity } from '../health-checks/finding.ts';
import { quoteIdentifier } from '../text/quote-identifier.ts';
import { reach } from './reach.ts';
import type { RoleIdentity } from './role-identity.ts';

/** A reachable role that has an attribute or comes with PostgreSQL. */
interface PowerRow {
  readonly name: string;
  readonly superuser: boolean;
  readonly bypassrls: boolean;
  readonly replication: boolean;
  readonly createrole: boolean;
  readonly createdb: boolean;
  /** Roles granted to the connected one that lead there; empty for itself. */
  readonly via: readonly string[];
}

type Attribute = 'superuser' | 'bypassrls' | 'replication' | 'createrole' | 'createdb';

interface Meaning {
  readonly severity: Severity;
  /** The end of "Role x ...". */
  readonly text: string;
}

const attributes: Readonly<Record<Attribute, Meaning>> = {
  superuser: { severity: 'critical', text: 'is a superuser: it may read and write everything, also files and programs of the server' },
  bypassrls: { severity: 'critical', text: 'has BYPASSRLS: it reads past row level security' },
  replication: { severity: 'critical', text: 'has REPLICATION: it may copy all files of the server, with the password hashes' },
  createrole: { severity: 'warning', text: 'has CREATEROLE: it may create and change other roles' },
  createdb: { severity: 'warning', text: 'has CREATEDB: it may create databases' },
};

/** What a member of pg_monitor is a member of, too. */
const inMonitor = new Set(['pg_read_all_settings', 'pg_read_all_stats', 'pg_stat_scan_tables']);

/** Before version 16 this is as good as the role that runs programs. */
const createroleOfOld: Meaning = {
  severity: 'critical',
  text: 'has CREATEROLE: before PostgreSQL 16 it may make itself a member of pg_execute_server_program',
};

/** Roles that come with PostgreSQL (22.5, Predefined Roles). Those of level info are one finding together. */
const predefined: Readonly<Record<string, Meaning>> = {
  pg_read_server_files: { severity: 'critical', text: 'may read any file of the server (pg_read_server_files)' },
  pg_write_server_files: { severity: 'critical', text: 'may write any file of the server (pg_write_server_files)' },
  pg_execute_server_program: { severity: 'critical', text: 'may run programs on the server (pg_execute_server_program)' },
  pg_write_all_data: { severity: 'warning', text: 'may write every table (pg_write_all_data)' },
  pg_create_subscription: {
    severity: 'warning',
    text: 'may create subscriptions, which connect elsewhere and write (pg_create_subscription)',
  },
  pg_maintain: { severity: 'warning', text: 'may lock, vacuum and reindex every table (pg_maintain)' },
  pg_checkpoint: { severity: 'warning', text: 'may force checkpoints (pg_checkpoint)' },
  pg_signal_backend: { severity: 'warning', text: "may end other roles' sessions (pg_signal_backend)" },
  pg_signal_autovacuum_worker: { severity: 'warning', text: 'may stop autovacuum workers (pg_signal_autovacuum_worker)' },
  pg_use_reserved_connections: { severity: 'warning', text: 'takes connections kept for administrators (pg_use_reserved_connections)' },
  pg_read_all_data: { severity: 'info', text: 'every table, also those made later' },
  pg_read_all_settings: { severity: 'info', text: 'all settings' },
  pg_read_all_stats: { severity: 'info', text: "other sessions' statements, which may hold secrets" },
  pg_stat_scan_tables: { severity: 'info', text: 'monitoring functions that lock tables for long' },
  pg_monitor: { severity: 'info', text: "all settings, other sessions' statements, which may hold secrets" },
};

const powersQuery = sql<PowerRow>`
  with reach as (${reach})
  select r.rolname::text as name, r.rolsuper as superuser, r.rolbypassrls as bypassrls, r.rolreplication as replication,
    r.rolcreaterole as createrole, r.rolcreatedb as createdb,
    coalesce((select pg_catalog.json_agg(d.rolname::text order by d.rolname) from pg_catalog.pg_auth_members m
      join pg_catalog.pg_roles d on d.oid = m.roleid join pg_catalog.pg_roles s on s.oid = m.member
      where s.rolname = session_user and pg_catalog.pg_has_role(d.oid, r.oid, 'MEMBER'::text)), '[]') as via
  from reach join pg_catalog.pg_roles r on r.oid = reach.oid
  where r.rolsuper or r.rolbypassrls or r.rolreplication or r.rolcreaterole or r.rolcreatedb
    or r.rolname::text = any (${Object.keys(predefined)}::text[])
  order by r.rolname`;

/** What the connected role may do by attributes and by memberships of roles that come with PostgreSQL. */
export async function findPowers(db: Kysely<unknown>, role: RoleIdentity): Promise<readonly Finding[]> {
  const { rows } = await powersQuery.execute(db);
  const others = role.isSuperuser ? rows.filter(({ name }) => name === role.name) : rows;
  return [...others.flatMap((row) => attributeFindings(row, role)), ...(role.isSuperuser ? [] : predefinedFindings(rows, role))];
}

function attributeFindings(row: PowerRow, role: RoleIdentity): Finding[] {
  const all = Object.keys(attributes) as Attribute[];
  // A superuser has all the others by itself.
  const told = row.superuser ? (['superuser'] as const) : all.filter((attribute) => row[attribute]);
  const self = quoteIdentifier(role.name);
  return told.map((attribute) => {
    const { severity, text } = attribute === 'createrole' && role.version < 160_000 ? createroleOfOld : attributes[attribute];
    return row.name === role.name
      ? toFinding(severity, `Role ${self} ${text}.`, `ALTER ROLE ${self} NO${attribute.toUpperCase()};`)
      : toFinding(severity, `Role ${self} may become ${quoteIdentifier(row.name)}, which ${text}.`, joinStatements(revoke(row, self)));
  });
}

function predefinedFindings(rows: readonly PowerRow[], role: RoleIdentity): Finding[] {
  const self = quoteIdentifier(role.name);
  const grave: Finding[] = [];
  const mild: string[] = [];
  const fixes = new Set<string>();
  const isMonitor = rows.some(({ name }) => name === 'pg_monitor');
  for (const row of rows.filter(({ name }) => !isMonitor || !inMonitor.has(name))) {
    const meaning = predefined[row.name];
    if (meaning?.severity === 'info') {
      mild.push(`${meaning.text} (${row.name})`);
      revoke(row, self).forEach((statement) => fixes.add(statement));
    } else if (meaning !== undefined) {
      grave.push(toFinding(meaning.severity, `Role ${self} ${meaning.text}.`, joinStatements(revoke(row, self))));
    }
  }
  return mild.length === 0 ? grave : [...grave, toFinding('info', `Role ${self} also sees ${listSome(mild)}.`, joinStatements([...fixes]))];
}

/** None for a membership that nobody granted, such as that of an owner in pg_database_owner. */
function revoke({ via }: PowerRow, self: string): string[] {
  return via.map((name) => `REVOKE ${quoteIdentifier(name)} FROM ${self}`);
}
