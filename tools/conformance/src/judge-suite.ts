import type { Outcome } from './outcome.ts';

/** One check of a scenario, as the suite writes it to `checks.json`. */
export interface SuiteCheck {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

/** What a run of the suite must have shown. */
export interface Expectation {
  /** Scenarios that count. */
  readonly required: readonly string[];
  /** How many there must be, so that a suite with fewer does not pass unseen. */
  readonly count: number;
}

/**
 * Judges a run: every required scenario must have been run, hold at least one success and no failure. A scenario that only skipped
 * counts as not run. Warnings do not fail a run but are counted.
 */
export function judgeSuite(scenarios: ReadonlyMap<string, readonly SuiteCheck[]>, { required, count }: Expectation): Omit<Outcome, 'name'> {
  const problems = required.flatMap((name) => problemsOf(name, scenarios.get(name)));
  const failed = new Set(problems.map(({ scenario }) => scenario));
  const passed = required.filter((name) => !failed.has(name)).length;
  const checks = required.flatMap((name) => scenarios.get(name) ?? []);
  const warnings = checks.filter(({ status }) => status === 'WARNING').length;
  const score = `${String(passed)}/${String(count)} scenarios, ${String(checks.length)} checks${warnings === 0 ? '' : `, ${String(warnings)} warnings`}`;
  const lines = problems.map(({ scenario, text }) => `\n         ${scenario}: ${text}`);
  if (required.length !== count) lines.push(`\n         the suite lists ${String(required.length)} scenarios, not ${String(count)}`);
  return { isOk: lines.length === 0, summary: score + lines.join('') };
}

function problemsOf(scenario: string, checks: readonly SuiteCheck[] | undefined): { scenario: string; text: string }[] {
  if (checks === undefined) return [{ scenario, text: 'was not run' }];
  const failures = checks.filter(({ status }) => status === 'FAILURE');
  const hasSuccess = checks.some(({ id, status }) => status === 'SUCCESS' && !id.startsWith('wire-schema'));
  if (failures.length === 0 && !hasSuccess) return [{ scenario, text: 'checked nothing' }];
  return failures.map(({ id, errorMessage = 'failed' }) => ({ scenario, text: `${id}: ${errorMessage.slice(0, 500)}` }));
}
