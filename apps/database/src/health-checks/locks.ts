import { sql } from 'kysely';
import { formatSeconds } from '../text/format.ts';
import { quoteIdentifier, quoteQualified } from '../text/quote-identifier.ts';
import { maxNamed, toFinding, type Finding } from './finding.ts';
import type { CheckContext, CheckResult } from './health-check.ts';
import { userRelations } from './user-relations.ts';

interface WaitRow {
  readonly pid: number;
  readonly role: string | null;
  readonly mode: string;
  readonly what: string;
  readonly table: { readonly schema: string; readonly name: string } | null;
  /** Null before PostgreSQL 14. */
  readonly seconds: number | null;
  /** Process 0 is a prepared transaction. */
  readonly blockers: readonly { readonly pid: number; readonly role: string | null; readonly state: string | null }[];
}

const defaultLongMs = 10_000;

/** A row is waited for by the transaction that holds it; the lock on the row itself tells the table. `waitstart` is new in PostgreSQL 14. */
const query = (tables: CheckContext['tables']) => sql<WaitRow>`
  with relations as (${userRelations(tables)}), waits as (
    select l.pid, l.mode, l.locktype as what, l.relation, l.database, pg_catalog.pg_blocking_pids(l.pid) as blockers,
      extract(epoch from pg_catalog.clock_timestamp() - (pg_catalog.to_jsonb(l) ->> 'waitstart')::timestamptz)::float8 as seconds
    from pg_catalog.pg_locks l where not l.granted limit 100
  )
  select w.pid, a.usename::text as role, w.mode, w.what, w.seconds,
    (select pg_catalog.json_build_object('schema', r.schema, 'name', r.name) from relations r
      where r.oid = coalesce(w.relation, (select t.relation from pg_catalog.pg_locks t where t.pid = w.pid and t.locktype = 'tuple' limit 1))
        and (w.database is null or w.database = (select d.oid from pg_catalog.pg_database d where d.datname = current_database()))
    ) as table,
    coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object('pid', b.pid, 'role', s.usename::text, 'state', s.state))
      from (select distinct pid from pg_catalog.unnest(w.blockers) u (pid) limit 5) b
      left join pg_catalog.pg_stat_activity s on s.pid = b.pid), '[]') as blockers
  from waits w left join pg_catalog.pg_stat_activity a on a.pid = w.pid
  order by w.seconds desc nulls first, w.pid limit ${maxNamed}`;

/** Sessions that wait for locks, and who holds them. */
export async function checkLocks({ db, tables, longWaitMs = defaultLongMs }: CheckContext): Promise<CheckResult> {
  const { rows } = await query(tables).execute(db);
  return { findings: rows.map((row) => judge(row, longWaitMs)) };
}

function judge({ pid, role, mode, what, table, seconds, blockers }: WaitRow, longWaitMs: number): Finding {
  const place = table === null ? `a ${what}` : quoteQualified(table.schema, table.name);
  const time = seconds === null ? '' : ` for ${formatSeconds(seconds)}`;
  const holders = blockers.map((blocker) =>
    blocker.pid === 0
      ? 'a prepared transaction'
      : `${describeSession(blocker.pid, blocker.role)}${blocker.state === null ? '' : ` (${blocker.state})`}`,
  );
  const by = holders.length === 0 ? '' : `, held by ${holders.join(', ')}`;
  const evidence = `${describeSession(pid, role, 'Session')} waits${time} for ${mode} on ${place}${by}.`;
  const isLong = seconds === null || seconds * 1_000 >= longWaitMs;
  const fixes = blockers
    .filter((blocker) => blocker.pid !== 0)
    .map((blocker) => {
      const isIdle = blocker.state?.startsWith('idle') ?? false;
      return `SELECT ${isIdle ? 'pg_terminate_backend' : 'pg_cancel_backend'}(${String(blocker.pid)});`;
    });
  return toFinding(isLong ? 'warning' : 'info', evidence, isLong ? fixes.join('\n') : '');
}

/** Background workers have no role. */
function describeSession(pid: number, role: string | null, word = 'session'): string {
  return `${word} ${String(pid)}${role === null ? '' : ` of role ${quoteIdentifier(role)}`}`;
}
