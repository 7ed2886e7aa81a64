import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { createPathLocks } from './path-locks.ts';

const { signal } = new AbortController();

it('lets in one at a time for a key, in order, and others at once', async () => {
  const locks = createPathLocks();
  const events: string[] = [];
  const run = async (name: string, keys: readonly string[]): Promise<void> =>
    locks.hold(keys, signal, async () => {
      events.push(`${name} in`);
      await sleep(5);
      events.push(`${name} out`);
    });
  await Promise.all([run('1', ['a']), run('2', ['a', 'b']), run('3', ['b', 'a']), run('4', ['c'])]);
  expect(events.filter((event) => !event.startsWith('4'))).toEqual(['1 in', '1 out', '2 in', '2 out', '3 in', '3 out']);
  expect(events.indexOf('4 in')).toBeLessThan(events.indexOf('1 out'));
});

it('goes on after a failure, and after one that gave up waiting', async () => {
  const locks = createPathLocks();
  const fails = locks.hold(['a'], signal, async () => {
    await sleep(10);
    throw new Error('no');
  });
  const leaving = new AbortController();
  const left = locks.hold(['a'], leaving.signal, () => Promise.resolve('never'));
  const after = locks.hold(['a'], signal, () => Promise.resolve('after'));
  leaving.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  await expect(fails).rejects.toThrow('no');
  expect(await after).toBe('after');
});

it('holds no more than 1,000 callers', async () => {
  const locks = createPathLocks();
  const { promise: open, resolve } = Promise.withResolvers<undefined>();
  const first = locks.hold(['a'], signal, async () => open);
  const waiting = Array.from({ length: 1000 }, async () => locks.hold(['a'], signal, () => Promise.resolve()));
  await sleep(1);
  await expect(locks.hold(['a'], signal, () => Promise.resolve())).rejects.toMatchObject({ code: 'LIMIT', retryable: true });
  resolve(undefined);
  await Promise.all([first, ...waiting]);
});
