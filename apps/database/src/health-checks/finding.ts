/** How bad a finding is: `info` is worth knowing, `warning` wants care soon, `critical` now. */
export type Severity = 'info' | 'warning' | 'critical';

/** What a check of a database found. */
export interface Finding {
  readonly severity: Severity;
  /** What is the matter, with numbers and names. */
  readonly evidence: string;
  /** SQL that would put it right: text for a person, never run by this server. */
  readonly fixSql?: string;
}

/** The most objects that one finding names, and the most findings of one kind. */
export const maxNamed = 10;

const places: readonly Severity[] = ['critical', 'warning', 'info'];

/** Findings, the worst first, else in their order. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((one, other) => places.indexOf(one.severity) - places.indexOf(other.severity));
}

/** Makes a finding; an empty `fixSql` is none. */
export function toFinding(severity: Severity, evidence: string, fixSql = ''): Finding {
  return fixSql === '' ? { severity, evidence } : { severity, evidence, fixSql };
}

/** Writes statements one on a line; of a list that is longer, or was cut already, a comment says how many there are besides. */
export function joinStatements(statements: readonly string[], total = statements.length): string {
  const shown = statements.slice(0, maxNamed).map((statement) => `${statement};`);
  const rest = shown.length === 0 ? 0 : total - shown.length;
  return [...shown, ...(rest > 0 ? [`-- and ${String(rest)} more like these`] : [])].join('\n');
}

/** The first names of a list and how many there are besides: `"a", "b" and 3 more`. */
export function listSome(names: readonly string[], total = names.length): string {
  const shown = names.slice(0, maxNamed);
  const rest = total - shown.length;
  if (shown.length === 0 && rest > 0) {
    return `${String(rest)} that --allow-tables leaves out`;
  }
  return rest > 0 ? `${shown.join(', ')} and ${String(rest)} more` : shown.join(', ');
}
