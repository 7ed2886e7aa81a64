import { sql } from 'kysely';
import { formatBytes, formatCount } from '../../text/format.ts';
import { quoteIdentifier } from '../../text/quote-identifier.ts';
import { maxNamed, toFinding, type Finding } from '../finding.ts';
import type { CheckContext } from '../health-check.ts';

interface SlotRow {
  readonly name: string;
  readonly active: boolean;
  /** Transactions since the oldest that it keeps rows for; null when it keeps none. */
  readonly age: number | null;
  /** Bytes of write-ahead log that it keeps. */
  readonly bytes: number | null;
}

const manyTransactions = 1_000_000;
const manyBytes = 1_073_741_824;
/** What a reader that is away for a while leaves behind. */
const fewBytes = 67_108_864;

/** A standby has no current position of its own. Names of slots are of lower-case letters, digits and _ (26.2.6). */
const query = sql<SlotRow>`
  select s.slot_name::text as name, s.active, greatest(pg_catalog.age(s.xmin), pg_catalog.age(s.catalog_xmin)) as age,
    pg_catalog.pg_wal_lsn_diff(case when pg_catalog.pg_is_in_recovery() then pg_catalog.pg_last_wal_receive_lsn()
      else pg_catalog.pg_current_wal_lsn() end, s.restart_lsn)::float8 as bytes
  from pg_catalog.pg_replication_slots s where not s.temporary
  order by s.active, bytes desc nulls last limit ${maxNamed}`;

/** Replication slots that nobody reads, or that keep much. */
export async function findSlots({ db }: CheckContext): Promise<readonly Finding[]> {
  const { rows } = await query.execute(db);
  return rows.flatMap((row) => judge(row));
}

function judge({ name, active, age, bytes }: SlotRow): Finding[] {
  const isHeavy = (age ?? 0) >= manyTransactions || (bytes ?? 0) >= manyBytes;
  const keepsNothing = age === null && bytes === null;
  if (!isHeavy && (active || keepsNothing)) {
    return [];
  }
  const rows = age === null ? [] : [`dead rows since ${formatCount(age)} transactions`];
  const log = bytes === null ? [] : [`${formatBytes(bytes)} of write-ahead log`];
  const evidence = `Replication slot ${quoteIdentifier(name)} ${active ? 'lags' : 'has no reader'} and keeps ${[...rows, ...log].join(' and ')}.`;
  const severity = isHeavy ? 'critical' : age === null && (bytes ?? 0) < fewBytes ? 'info' : 'warning';
  return [toFinding(severity, evidence, active ? '' : `SELECT pg_drop_replication_slot('${name}');`)];
}
