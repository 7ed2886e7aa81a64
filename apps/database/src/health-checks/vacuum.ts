import type { CheckContext, CheckResult } from './health-check.ts';
import { findDeadRows } from './vacuum/dead-rows.ts';
import { findOldIds } from './vacuum/old-ids.ts';
import { findUnanalysed } from './vacuum/unanalysed.ts';

/** Dead rows, transaction ids that near their wraparound, and tables that the planner knows nothing of. */
export async function checkVacuum(context: CheckContext): Promise<CheckResult> {
  const findings = [...(await findOldIds(context)), ...(await findDeadRows(context)), ...(await findUnanalysed(context))];
  return { findings };
}
