import { expect, it } from '@jest/globals';
import { until } from '@trellis-mcp/test-services';
import { createTimeLimit, type LimitedStep } from './time-limit.ts';

it('fails what takes too long in the order it began, and nothing that was released', async () => {
  const limit = createTimeLimit(20);
  const failed: string[] = [];
  const watch = (name: string): LimitedStep => {
    const fail = ({ code }: { code: string }): unknown => failed.push(`${name} ${code}`);
    const step: LimitedStep = { startedAt: performance.now(), earlier: undefined, later: undefined, fail };
    limit.watch(step);
    return step;
  };
  const steps = ['first', 'quick', 'middle', 'last'].map(watch);
  const [first, quick, , last] = steps;
  if (!first || !quick || !last) throw new Error('Not all are watched.');
  expect([limit.release(quick), limit.release(quick)]).toEqual([true, false]);
  await until(() => failed.length === 3);
  expect(failed).toEqual(['first TIMEOUT', 'middle TIMEOUT', 'last TIMEOUT']);
  expect([limit.release(first), limit.release(last)]).toEqual([false, false]);
  watch('again');
  await until(() => failed.at(-1) === 'again TIMEOUT');
});
