import { expect, it } from '@jest/globals';
import { createRunner } from './runner.ts';

function start(timeoutMs: number) {
  const errors: string[] = [];
  const onError = ({ operation, error }: { operation: string; error: { code: string } }): unknown =>
    errors.push(`${operation} ${error.code}`);
  return { errors, runner: createRunner({ name: 'tier', timeoutMs, retryAfterMs: 60_000, onError }) };
}

const same = <T>(result: T): T => result;

it('gives undefined for a step that rejects, throws or hangs, and tries none after five failures', async () => {
  const { errors, runner } = start(10);
  const steps = [
    () => Promise.reject(new Error('no')),
    () => {
      throw new Error('at once');
    },
    () => new Promise<number>(() => undefined),
  ];
  for (const step of [...steps, ...steps.slice(0, 2)]) expect(await runner.run('read', step, same)).toBeUndefined();
  expect(errors).toEqual(['read UPSTREAM', 'read UPSTREAM', 'read TIMEOUT', 'read UPSTREAM', 'read UPSTREAM']);
  let tried = 0;
  expect(await runner.run('read', () => Promise.resolve((tried += 1)), same)).toBeUndefined();
  expect([tried, runner.breaker.isClosed]).toEqual([0, false]);
});

it('hands what is made of a result to the caller, also what that throws, which is no failure of the tier', async () => {
  const { errors, runner } = start(10_000);
  expect(
    await runner.run(
      'read',
      () => Promise.resolve(2),
      (result) => Promise.resolve((result ?? 0) * 2),
    ),
  ).toBe(4);
  const thrown = runner.run(
    'read',
    () => Promise.resolve(2),
    () => {
      throw new RangeError('of the caller');
    },
  );
  await expect(thrown).rejects.toThrow('of the caller');
  expect(errors).toEqual([]);
});
