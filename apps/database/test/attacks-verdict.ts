import type { ErrorCode } from '@trellis-mcp/errors';
import type { RefusalReason } from '../src/sql/verdict.ts';

/** Where attacks are run: a PostgreSQL role that may only SELECT, its superuser, and the embedded engine. */
export const targetNames = ['restricted', 'superuser', 'pglite'] as const;

export type TargetName = (typeof targetNames)[number];

/**
 * What a statement comes to: a reason of the gate (lower case), the error with which the layers below refuse it (upper case), or `rows`:
 * it runs, and does nothing but read.
 */
export type Outcome = RefusalReason | ErrorCode | 'rows';

/** One statement that must not do what it tries. */
export type Attack = readonly [sql: string, verdict: Outcome | Readonly<Record<TargetName, Outcome>>, why: string];

/** A verdict for each place: both roles of PostgreSQL, and the embedded engine, which lacks what is asked for. */
export function onPostgres(verdict: Outcome, pglite: Outcome = 'INVALID_INPUT'): Record<TargetName, Outcome> {
  return { restricted: verdict, superuser: verdict, pglite };
}

/** What is expected of an attack in one place. */
export function verdictOn(target: TargetName, [, verdict]: Attack): Outcome {
  return typeof verdict === 'string' ? verdict : verdict[target];
}
