import { sql } from 'kysely';
import { formatSeconds } from '../../text/format.ts';
import { quoteIdentifier } from '../../text/quote-identifier.ts';
import { maxNamed, toFinding, type Finding } from '../finding.ts';
import type { CheckContext } from '../health-check.ts';
import { seesSessions, sessionsUnseen } from '../other-sessions.ts';

interface SessionRow {
  readonly sees: boolean;
  /** Null when no session is long. */
  readonly pid: number | null;
  readonly role: string;
  readonly database: string;
  readonly state: string;
  readonly seconds: number;
  readonly idleSeconds: number;
}

const defaultLongMs = 300_000;
const hourSeconds = 3_600;

/** The statements themselves are left out: they may hold secrets. */
const query = (longMs: number) => sql<SessionRow>`
  select ${seesSessions} as sees, s.*
  from (select) one left join lateral (
    select a.pid, a.usename::text as role, a.datname::text as database, a.state,
      extract(epoch from pg_catalog.clock_timestamp() - a.xact_start)::float8 as seconds,
      extract(epoch from pg_catalog.clock_timestamp() - a.state_change)::float8 as "idleSeconds"
    from pg_catalog.pg_stat_activity a
    where a.xact_start < pg_catalog.clock_timestamp() - ${longMs}::float8 * interval '1 millisecond'
      and a.backend_type = 'client backend' and a.pid <> pg_catalog.pg_backend_pid()
    order by a.xact_start limit ${maxNamed}
  ) s on true`;

/** Sessions in a transaction for long, idle or at work. */
export async function findLongSessions({
  db,
  longTransactionMs = defaultLongMs,
}: CheckContext): Promise<{ findings: Finding[]; unseen: string[] }> {
  const { rows } = await query(longTransactionMs).execute(db);
  return { findings: rows.flatMap(judge), unseen: rows.every(({ sees }) => sees) ? [] : [sessionsUnseen] };
}

function judge({ pid, role, database, state, seconds, idleSeconds }: SessionRow): Finding[] {
  if (pid === null) {
    return [];
  }
  const isIdle = state.startsWith('idle in transaction');
  const doing = isIdle ? `idle in a transaction for ${formatSeconds(idleSeconds)}` : state;
  const evidence =
    `Session ${String(pid)} of role ${quoteIdentifier(role)} in database ${quoteIdentifier(database)} is in one transaction for ` +
    `${formatSeconds(seconds)}, ${doing}. Rows that died since cannot be removed.`;
  const fix = isIdle ? `SELECT pg_terminate_backend(${String(pid)});` : `SELECT pg_cancel_backend(${String(pid)});`;
  return [toFinding(seconds >= hourSeconds ? 'critical' : 'warning', evidence, fix)];
}
