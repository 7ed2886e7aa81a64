import type { CheckContext, CheckResult } from './health-check.ts';
import { findPreparedTransactions } from './transactions/prepared.ts';
import { findSlots } from './transactions/slots.ts';
import { findLongSessions } from './transactions/sessions.ts';

/** What keeps dead rows and log files from being cleaned up: old transactions, prepared ones, and replication slots. */
export async function checkLongTransactions(context: CheckContext): Promise<CheckResult> {
  const sessions = await findLongSessions(context);
  return {
    findings: [...sessions.findings, ...(await findPreparedTransactions(context)), ...(await findSlots(context))],
    unseen: sessions.unseen,
  };
}
