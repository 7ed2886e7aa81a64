import { sql } from 'kysely';
import { formatShare } from '../text/format.ts';
import { quoteIdentifier } from '../text/quote-identifier.ts';
import { toFinding, type Finding } from './finding.ts';
import type { CheckContext, CheckResult } from './health-check.ts';
import { seesSessions, sessionsUnseen } from './other-sessions.ts';

interface ConnectionsRow {
  readonly database: string;
  readonly max: number;
  readonly used: number;
  readonly databaseMax: number;
  readonly databaseUsed: number;
  /** Idle, in a transaction, for more than a minute. */
  readonly idleInTransaction: number;
  readonly seesSessions: boolean;
}

const busyShare = 0.8;
const fullShare = 0.95;

/** A hidden session tells no more than its database and role. Background workers have no database, or a type. */
const query = sql<ConnectionsRow>`
  with sessions as (
    select a.* from pg_catalog.pg_stat_activity a
    where a.datid is not null and coalesce(a.backend_type, 'client backend') = 'client backend'
  )
  select current_database()::text as database, pg_catalog.current_setting('max_connections')::int4 as max,
    (select count(*) from sessions)::int4 as used, d.datconnlimit as "databaseMax",
    (select count(*) from sessions s where s.datid = d.oid)::int4 as "databaseUsed",
    (select count(*) from sessions s where s.state like 'idle in transaction%'
      and s.state_change < pg_catalog.clock_timestamp() - interval '1 minute')::int4 as "idleInTransaction",
    ${seesSessions} as "seesSessions"
  from pg_catalog.pg_database d where d.datname = current_database()`;

/** How full the server is, and whether connections wait in transactions. */
export async function checkConnections({ db }: CheckContext): Promise<CheckResult> {
  const { rows } = await query.execute(db);
  return {
    findings: rows.flatMap((row) => [
      ...fullness('The server', row.used, row.max),
      ...fullness(`Database ${quoteIdentifier(row.database)}`, row.databaseUsed, row.databaseMax),
      ...idleness(row),
    ]),
    unseen: rows.every((row) => row.seesSessions) ? [] : [sessionsUnseen],
  };
}

function fullness(what: string, used: number, max: number): Finding[] {
  if (max <= 0 || used < max * busyShare) {
    return [];
  }
  const evidence = `${what} has ${String(used)} of ${String(max)} connections in use (${formatShare(used / max)}). Use a pooler, or close idle ones.`;
  return [toFinding(used >= max * fullShare ? 'critical' : 'warning', evidence)];
}

function idleness({ database, idleInTransaction }: ConnectionsRow): Finding[] {
  if (idleInTransaction === 0) {
    return [];
  }
  const evidence = `Connections idle in a transaction for more than a minute, which keep locks and dead rows: ${String(idleInTransaction)}.`;
  return [toFinding('warning', evidence, `ALTER DATABASE ${quoteIdentifier(database)} SET idle_in_transaction_session_timeout = '60s';`)];
}
