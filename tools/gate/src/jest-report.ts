/** The fields of `jest --json` that the gate reads. */
export interface JestReport {
  numTotalTests: number;
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  numRuntimeErrorTestSuites: number;
  testResults: readonly { name: string; assertionResults: readonly { fullName: string; status: string }[] }[];
}

/** Counts of one jest run; a suite that could not run at all counts as one failure. */
export interface JestCounts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Turns the report of a jest run into counts; no report, or a run without tests, is a failure. */
export function countTests(report: JestReport | undefined, exitCode: number): JestCounts {
  if (!report || report.numTotalTests === 0) return { passed: 0, failed: 1, skipped: 0 };
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** Names of the tests that did not run, as `file: title`. */
export function skippedTests(report: JestReport): string[] {
  return report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'pending' || status === 'todo').map(({ fullName }) => `${name}: ${fullName}`),
  );
}
