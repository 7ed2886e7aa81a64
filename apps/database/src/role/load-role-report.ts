import { sortFindings, type Finding } from '../health-checks/finding.ts';
import type { TableAllowList } from '../sql/table-allow-list.ts';
import type { Source } from '../sources/source.ts';

/** What the role of a source may do beyond reading what it should. */
export interface RoleReport {
  /** The role that logged in. */
  readonly role: string;
  /** Worst first; empty for a role like the one that `print-role` prints. */
  readonly findings: readonly Finding[];
  /** Whether a finding is critical: the role may take over the server, read or write its files, or read past row level security. */
  readonly isDangerous: boolean;
}

/** Options of {@link loadRoleReport}. */
export interface RoleReportOptions {
  /** `--allow-tables`: what may be read beyond it is a finding. Default: everything may be read. */
  readonly tables?: TableAllowList | undefined;
  /** `listed` names no table that the list leaves out, for callers who are not to learn of it. Default: all. */
  readonly names?: 'all' | 'listed';
}

/**
 * Judges the connected role. Every query works for a role without rights.
 *
 * @throws AppError as `Source.loadCatalog` and its queries do.
 */
export async function loadRoleReport(
  source: Pick<Source, 'loadCatalog'>,
  { tables, names = 'all' }: RoleReportOptions = {},
): Promise<RoleReport> {
  const [db, facets] = await Promise.all([source.loadCatalog(), import('./role-facets.ts')]);
  const canName = (schema: string, name: string): boolean => names === 'all' || (tables?.allows(schema, name) ?? true);
  const role = { ...(await facets.loadRoleIdentity(db)), canName };
  const findings: Finding[] = [];
  // A superuser has every right: the rest would only repeat it.
  for (const find of role.isSuperuser ? facets.dangers : [...facets.dangers, ...facets.rights]) {
    findings.push(...(await find(db, role)));
  }
  if (tables !== undefined && !role.isSuperuser) {
    findings.push(...(await facets.findVisible(db, role, tables)));
  }
  return toReport(role.name, findings);
}

/** The short form: critical findings only, in three queries. */
export async function loadDangers(source: Pick<Source, 'loadCatalog'>): Promise<RoleReport> {
  const [db, facets] = await Promise.all([source.loadCatalog(), import('./role-facets.ts')]);
  const role = { ...(await facets.loadRoleIdentity(db)), canName: () => true };
  const findings: Finding[] = [];
  for (const find of facets.dangers) {
    findings.push(...(await find(db, role)));
  }
  return toReport(
    role.name,
    findings.filter(({ severity }) => severity === 'critical'),
  );
}

function toReport(role: string, findings: readonly Finding[]): RoleReport {
  return { role, findings: sortFindings(findings), isDangerous: findings.some(({ severity }) => severity === 'critical') };
}
