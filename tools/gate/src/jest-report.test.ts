import { expect, it } from '@jest/globals';
import { countTests, skippedTests, type JestReport } from './jest-report.ts';

const report: JestReport = {
  numTotalTests: 5,
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 1,
  numRuntimeErrorTestSuites: 0,
  testResults: [
    {
      name: 'a.test.ts',
      assertionResults: [
        { fullName: 'runs', status: 'passed' },
        { fullName: 'waits', status: 'pending' },
      ],
    },
  ],
};

it.each([
  ['counts passed and skipped tests', report, 0, { passed: 3, failed: 0, skipped: 2 }],
  ['counts a suite that cannot be loaded as failed', { ...report, numRuntimeErrorTestSuites: 1 }, 1, { passed: 3, failed: 1, skipped: 2 }],
  ['fails when jest is unhappy about something that is no test', report, 1, { passed: 3, failed: 1, skipped: 2 }],
  ['fails when no test ran', { ...report, numTotalTests: 0 }, 0, { passed: 0, failed: 1, skipped: 0 }],
  ['fails when there is no report', undefined, 0, { passed: 0, failed: 1, skipped: 0 }],
] as const)('%s', (_title, input, exitCode, expected) => {
  expect(countTests(input, exitCode)).toEqual(expected);
});

it('names the tests that were skipped', () => {
  expect(skippedTests(report)).toEqual(['a.test.ts: waits']);
});
