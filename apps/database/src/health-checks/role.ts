import { loadRoleReport } from '../role/load-role-report.ts';
import type { CheckContext, CheckResult } from './health-check.ts';

/** Whether the connected role may do more than it should. */
export async function checkRole({ source, tables }: CheckContext): Promise<CheckResult> {
  if (source.engine === 'pglite') {
    return { findings: [], unseen: ['The embedded database has one superuser and no logins: it is for samples, tests and local data.'] };
  }
  const { findings } = await loadRoleReport(source, { tables, names: 'listed' });
  return { findings };
}
