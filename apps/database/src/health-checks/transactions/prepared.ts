import { sql } from 'kysely';
import { formatSeconds } from '../../text/format.ts';
import { quoteIdentifier } from '../../text/quote-identifier.ts';
import { maxNamed, toFinding, type Finding } from '../finding.ts';
import type { CheckContext } from '../health-check.ts';

interface PreparedRow {
  /** As a literal of SQL. */
  readonly gid: string;
  readonly owner: string;
  readonly database: string;
  readonly seconds: number;
}

const defaultLongMs = 300_000;

const query = (longMs: number) => sql<PreparedRow>`
  select pg_catalog.quote_literal(p.gid::text) as gid, p.owner::text as owner, p.database::text as database,
    extract(epoch from pg_catalog.clock_timestamp() - p.prepared)::float8 as seconds
  from pg_catalog.pg_prepared_xacts p
  where p.prepared < pg_catalog.clock_timestamp() - ${longMs}::float8 * interval '1 millisecond'
  order by p.prepared limit ${maxNamed}`;

/** Transactions that were prepared for a two-phase commit and forgotten: they keep their locks across restarts. */
export async function findPreparedTransactions({ db, longTransactionMs = defaultLongMs }: CheckContext): Promise<readonly Finding[]> {
  const { rows } = await query(longTransactionMs).execute(db);
  return rows.map(({ gid, owner, database, seconds }) => {
    const evidence =
      `The transaction ${gid} of role ${quoteIdentifier(owner)} in database ${quoteIdentifier(database)} was prepared ` +
      `${formatSeconds(seconds)} ago and neither committed nor rolled back. It keeps its locks.`;
    return toFinding('critical', evidence, `ROLLBACK PREPARED ${gid};`);
  });
}
