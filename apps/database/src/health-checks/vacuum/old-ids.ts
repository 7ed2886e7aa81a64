import { sql } from 'kysely';
import { formatCount } from '../../text/format.ts';
import { quoteIdentifier } from '../../text/quote-identifier.ts';
import { maxNamed, toFinding, type Finding } from '../finding.ts';
import type { CheckContext } from '../health-check.ts';

interface AgeRow {
  readonly database: string;
  readonly isCurrent: boolean;
  readonly kind: 'transaction ids' | 'multixact ids';
  readonly age: number;
  /** Age from which autovacuum freezes, whatever its settings. */
  readonly limit: number;
}

/** Autovacuum starts at its limit; beyond this it does not keep up. */
const lateShare = 1.25;

/** PostgreSQL stops taking writes some 3 million before 2^31. */
const graveAge = 1_500_000_000;

const query = sql<AgeRow>`
  with ages as (
    select d.datname::text as database, d.datname = current_database() as "isCurrent", 'transaction ids' as kind,
      pg_catalog.age(d.datfrozenxid) as age, pg_catalog.current_setting('autovacuum_freeze_max_age')::int4 as "limit"
    from pg_catalog.pg_database d
    union all
    select d.datname::text, d.datname = current_database(), 'multixact ids', pg_catalog.mxid_age(d.datminmxid),
      pg_catalog.current_setting('autovacuum_multixact_freeze_max_age')::int4
    from pg_catalog.pg_database d
  )
  select * from ages where age::float8 > "limit"::float8 * ${lateShare}::float8 or age > ${graveAge}::int4 order by age desc limit ${maxNamed}`;

/** Databases whose oldest ids near the wraparound; all of a server, since one of them stops them all. */
export async function findOldIds({ db }: CheckContext): Promise<readonly Finding[]> {
  const { rows } = await query.execute(db);
  return rows.map(({ database, isCurrent, kind, age, limit }) => {
    const name = quoteIdentifier(database);
    const evidence =
      `The oldest ${kind} of database ${name} are ${formatCount(age)} old; autovacuum should freeze at ${formatCount(limit)}, ` +
      'and at 2,146,483,647 writes stop. Look for long transactions, and for autovacuum that is off.';
    return toFinding(
      age > graveAge ? 'critical' : 'warning',
      evidence,
      isCurrent ? 'VACUUM (FREEZE);' : `-- in database ${name}:\nVACUUM (FREEZE);`,
    );
  });
}
