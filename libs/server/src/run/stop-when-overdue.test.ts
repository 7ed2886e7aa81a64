import { expect, it } from '@jest/globals';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { stopWhenOverdue, type Timed } from './stop-when-overdue.ts';
import { Stopper } from './stopper.ts';

/** A task that started `agoMs` ago. */
function startTask({ timeoutMs = 60_000, agoMs = 0 } = {}) {
  const task: Timed & { isOver: boolean } = {
    cleanups: [],
    isOver: false,
    startedAt: performance.now() - agoMs,
    stopper: new Stopper(),
    subject: { timeoutMs },
  };
  stopWhenOverdue(task);
  const cleanUp = (): void => {
    for (const cleanup of task.cleanups) cleanup();
  };
  return { task, cleanUp };
}

it('a task that is over within its turn gets no timer', async () => {
  const { task } = startTask({ timeoutMs: 1 });
  task.isOver = true;
  await sleep(30);
  expect(task.cleanups).toEqual([]);
  expect(task.stopper.reason).toBeUndefined();
});

it('a deadline counts from the start of the task', async () => {
  const { task } = startTask({ agoMs: 60_000 });
  await turn();
  await sleep(30);
  expect(task.stopper.reason).toMatchObject({ code: 'TIMEOUT', details: { timeoutMs: 60_000 } });
});

it('each task of a turn has a deadline of its own', async () => {
  const [quick, slow] = [startTask({ timeoutMs: 5 }), startTask()];
  await sleep(50);
  expect(quick.task.stopper.reason).toMatchObject({ code: 'TIMEOUT' });
  expect(slow.task.stopper.reason).toBeUndefined();
  slow.cleanUp();
});

it('a task that was cleaned up is not stopped any more', async () => {
  const { task, cleanUp } = startTask({ timeoutMs: 20 });
  await turn();
  cleanUp();
  await sleep(50);
  expect(task.stopper.reason).toBeUndefined();
});
