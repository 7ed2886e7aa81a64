import { sql } from 'kysely';
import { isOnList } from '../catalog/sql-parts.ts';
import { formatCount, formatShare } from '../text/format.ts';
import { quoteQualified } from '../text/quote-identifier.ts';
import { listSome, toFinding, type Finding } from './finding.ts';
import type { CheckContext, CheckResult } from './health-check.ts';

interface CacheRow {
  readonly kind: 'tables' | 'indexes';
  readonly hit: number;
  readonly read: number;
  readonly sharedBuffers: string;
  /** Those with the most blocks read from outside the cache. */
  readonly worst: readonly { readonly schema: string; readonly name: string; readonly read: number }[];
}

/** Blocks before a rate says anything. */
const enoughBlocks = 100_000;
const poorShare = 0.9;
const badShare = 0.5;

const query = (tables: CheckContext['tables']) => sql<CacheRow>`
  with io as (
    select 'tables' as kind, schemaname::text as schema, relname::text as name, coalesce(heap_blks_hit, 0) as hit,
      coalesce(heap_blks_read, 0) as read
    from pg_catalog.pg_statio_user_tables
    union all
    select 'indexes', schemaname::text, relname::text, coalesce(idx_blks_hit, 0), coalesce(idx_blks_read, 0)
    from pg_catalog.pg_statio_user_tables
  )
  select kind, sum(hit)::float8 as hit, sum(read)::float8 as read, pg_catalog.current_setting('shared_buffers') as "sharedBuffers",
    coalesce((select pg_catalog.json_agg(w) from (
      select i.schema, i.name, i.read::float8 as read from io i
      where i.kind = io.kind and i.read > 0 and ${isOnList(tables, sql`i.schema`, sql`i.name`)} order by i.read desc limit 3
    ) w), '[]') as worst
  from io group by kind order by kind desc`;

/** How many blocks of tables and indexes came from the cache, once there was enough traffic to tell. */
export async function checkCache({ db, tables }: CheckContext): Promise<CheckResult> {
  const { rows } = await query(tables).execute(db);
  const blocks = rows.reduce((sum, { hit, read }) => sum + hit + read, 0);
  if (blocks < enoughBlocks) {
    return { findings: [], unseen: [`Only ${formatCount(blocks)} blocks were read since the statistics began: too few to judge.`] };
  }
  return { findings: rows.flatMap(judge) };
}

function judge({ kind, hit, read, sharedBuffers, worst }: CacheRow): Finding[] {
  const blocks = hit + read;
  if (blocks < enoughBlocks || hit >= blocks * poorShare) {
    return [];
  }
  const most = listSome(worst.map(({ schema, name, read: blocksRead }) => `${quoteQualified(schema, name)} (${formatCount(blocksRead)})`));
  const evidence =
    `Of the blocks of ${kind} ${formatShare(hit / blocks)} came from the cache; shared_buffers is ${sharedBuffers}.` +
    (most === '' ? '' : ` Most were read from: ${most}.`);
  return [toFinding(hit < blocks * badShare ? 'warning' : 'info', evidence)];
}
