import { isAppError, type AppError } from '@trellis-mcp/errors';
import type { Source } from '../sources/source.ts';
import type { TableAllowList } from '../sql/table-allow-list.ts';
import { checkNames, type CheckName } from './check-names.ts';
import { maxNamed, sortFindings, type Finding } from './finding.ts';
import type { CheckContext, CheckResult } from './health-check.ts';

/** Options of {@link runChecks}. */
export interface RunChecksOptions extends Pick<CheckContext, 'longTransactionMs' | 'longWaitMs'> {
  /** Which; run in the order of their list, each once. Default: all. */
  readonly checks?: readonly CheckName[] | undefined;
  /** Relations that may be named. Default: all. */
  readonly tables?: TableAllowList | undefined;
  /** The caller is gone, or its deadline passed. */
  readonly signal: AbortSignal;
}

/** What the checks of a database found. */
export interface Diagnosis {
  /** At most ten of each check, worst first. */
  readonly findings: readonly (Finding & { readonly check: CheckName })[];
  /** Checks that saw everything and found nothing. */
  readonly clean: readonly CheckName[];
  /** Checks that did not run, or did not see everything, and why. */
  readonly skipped: readonly { readonly check: CheckName; readonly reason: string }[];
}

/**
 * Runs health checks one after the other. One that fails is skipped; the others go on.
 *
 * @throws AppError when none could run because the database is away, or the caller is.
 */
export async function runChecks(source: Pick<Source, 'engine' | 'loadCatalog'>, options: RunChecksOptions): Promise<Diagnosis> {
  const { checks = checkNames, signal, ...rest } = options;
  const [{ healthChecks }, db] = await Promise.all([import('./health-checks.ts'), source.loadCatalog()]);
  const chosen = checkNames.filter((name) => checks.includes(name));
  const diagnosis = {
    findings: new Array<Finding & { check: CheckName }>(),
    clean: new Array<CheckName>(),
    skipped: new Array<Diagnosis['skipped'][number]>(),
  };
  const away: AppError[] = [];
  for (const check of chosen) {
    signal.throwIfAborted();
    const result = await attempt(async () => healthChecks[check]({ source, db, ...rest }));
    const { findings, unseen = [] } = isAppError(result) ? { findings: [], unseen: [describe(result)] } : result;
    if (isAppError(result) && result.retryable) {
      away.push(result);
    }
    diagnosis.findings.push(...keepWorst(findings).map((finding) => ({ check, ...finding })));
    diagnosis.skipped.push(...unseen.map((reason) => ({ check, reason })));
    if (findings.length === 0 && unseen.length === 0) {
      diagnosis.clean.push(check);
    }
  }
  const [first] = away;
  if (first !== undefined && away.length === chosen.length) {
    throw first;
  }
  return diagnosis;
}

async function attempt(run: () => Promise<CheckResult>): Promise<CheckResult | AppError> {
  try {
    return await run();
  } catch (error) {
    if (isAppError(error) && error.code !== 'CANCELLED') {
      return error;
    }
    throw error;
  }
}

function describe({ message, hint }: AppError): string {
  return hint === undefined ? message : `${message} ${hint}`;
}

function keepWorst(findings: readonly Finding[]): readonly Finding[] {
  const sorted = sortFindings(findings);
  const rest = sorted.slice(maxNamed);
  const evidence = `There are ${String(rest.length)} more findings of this check.`;
  return rest.length === 0 ? sorted : [...sorted.slice(0, maxNamed), { severity: rest[0]?.severity ?? 'info', evidence }];
}
