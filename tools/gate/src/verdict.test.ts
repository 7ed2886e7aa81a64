import { expect, it } from '@jest/globals';
import { judge } from './verdict.ts';

const result = { name: 'tests', passed: 3, failed: 0, skipped: 0, durationMs: 1200 };

it('ends with the counts in a line of their own', () => {
  expect(judge([result, { ...result, name: 'types', passed: 1 }], { allowSkips: true })).toEqual({
    text: 'ok      1.2 s  tests 3 passed, 0 failed, 0 skipped\nok      1.2 s  types\n\n4 passed, 0 failed\n',
    isGreen: true,
  });
});

it('is red when something failed and says why', () => {
  const verdict = judge([result, { ...result, name: 'types', passed: 0, failed: 1, note: 'exit code 2' }], { allowSkips: true });
  expect(verdict.isGreen).toBe(false);
  expect(verdict.text).toContain('FAIL    1.2 s  types (exit code 2)');
  expect(verdict.text).toMatch(/\n3 passed, 1 failed\n$/);
});

it('is red when nothing ran', () => {
  expect(judge([], { allowSkips: true })).toMatchObject({ isGreen: false });
});

it('counts what was skipped, and is red for it where skips are not allowed', () => {
  const results = [{ ...result, skipped: 2 }];
  expect(judge(results, { allowSkips: true })).toMatchObject({
    isGreen: true,
    text: expect.stringMatching(/\n3 passed, 0 failed, 2 skipped\n$/),
  });
  expect(judge(results, { allowSkips: false }).isGreen).toBe(false);
});
