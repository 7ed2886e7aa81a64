import type { Kysely } from 'kysely';
import type { Source } from '../sources/source.ts';
import type { TableAllowList } from '../sql/table-allow-list.ts';
import type { Finding } from './finding.ts';

/** What a check works with. */
export interface CheckContext {
  readonly source: Pick<Source, 'engine' | 'loadCatalog'>;
  readonly db: Kysely<unknown>;
  /** Relations that may be named. Default: all. */
  readonly tables?: TableAllowList | undefined;
  /** From when a transaction is long. Default: five minutes. */
  readonly longTransactionMs?: number;
  /** From when waiting for a lock is more than ordinary. Default: ten seconds. */
  readonly longWaitMs?: number;
}

/** What a check saw. */
export interface CheckResult {
  readonly findings: readonly Finding[];
  /** What it could not see, and why: one sentence each. */
  readonly unseen?: readonly string[];
}

/** One look at the health of a database; works for a role without rights, and says what it could not see. */
export type HealthCheck = (context: CheckContext) => Promise<CheckResult>;
