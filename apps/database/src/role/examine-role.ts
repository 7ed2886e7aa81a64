import type { DoctorFinding } from '@trellis-mcp/server';
import type { Source } from '../sources/source.ts';
import { loadRoleReport, type RoleReportOptions } from './load-role-report.ts';

/** Options of {@link examineRole}. */
export interface ExamineRoleOptions extends RoleReportOptions {
  /** `--strict-role`: a dangerous role is a problem of the configuration. */
  readonly strict: boolean;
}

/** The lines of `doctor` about the role of a source, one for each finding; the embedded database has no login role and none of them. */
export async function examineRole(
  source: Pick<Source, 'engine' | 'loadCatalog'>,
  { strict, tables }: ExamineRoleOptions,
): Promise<readonly DoctorFinding[]> {
  if (source.engine === 'pglite') {
    return [];
  }
  const { role, findings } = await loadRoleReport(source, { tables });
  if (findings.length === 0) {
    return [{ name: 'role', level: 'ok', text: `"${role}" may connect and read, nothing else` }];
  }
  return findings.map(({ severity, evidence }): DoctorFinding => {
    if (severity === 'critical' && strict) {
      return { name: 'role', level: 'problem', text: `${evidence} --strict-role refuses it; see print-role.`, exit: 78 };
    }
    const next = severity === 'critical' ? ' Connect as a role that only reads: print-role prints one.' : '';
    return { name: 'role', level: severity === 'info' ? 'ok' : 'warning', text: `${evidence}${next}` };
  });
}
