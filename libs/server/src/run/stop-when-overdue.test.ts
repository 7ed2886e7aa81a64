import { expect, it } from '@jest/globals';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { until } from '@trellis-mcp/test-services';
import { stopWhenOverdue, type Timed } from './stop-when-overdue.ts';
import { Stopper } from './stopper.ts';

/** A task that started `agoMs` ago. */
function startTask({ timeoutMs = 60_000, agoMs = 0 } = {}) {
  const task: Timed = {
    cleanups: [],
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

it('a deadline that is further off than a timer can count does not pass at once', async () => {
  const { task, cleanUp } = startTask({ timeoutMs: 2 ** 40 });
  await sleep(30);
  expect(task.stopper.reason).toBeUndefined();
  cleanUp();
});

it('a deadline counts from the start of the task', async () => {
  const { task } = startTask({ agoMs: 60_000 });
  await until(() => task.stopper.reason !== undefined);
  expect(task.stopper.reason).toMatchObject({ code: 'TIMEOUT', details: { timeoutMs: 60_000 } });
});

it('each task has a deadline of its own, whichever starts first', async () => {
  const [quick, slow, next] = [startTask({ timeoutMs: 5 }), startTask(), startTask({ timeoutMs: 10 })];
  await until(() => next.task.stopper.reason !== undefined);
  expect(quick.task.stopper.reason).toMatchObject({ code: 'TIMEOUT', details: { timeoutMs: 5 } });
  expect(next.task.stopper.reason).toMatchObject({ code: 'TIMEOUT', details: { timeoutMs: 10 } });
  expect(slow.task.stopper.reason).toBeUndefined();
  slow.cleanUp();
});

it('the deadline of a task that is over is not the last to pass', async () => {
  startTask({ timeoutMs: 5 }).cleanUp();
  const { task } = startTask({ timeoutMs: 25 });
  await until(() => task.stopper.reason !== undefined);
  expect(task.stopper.reason).toMatchObject({ details: { timeoutMs: 25 } });
});

it('a task that was cleaned up is not stopped any more', async () => {
  const { task, cleanUp } = startTask({ timeoutMs: 300 });
  await turn();
  cleanUp();
  const { task: later } = startTask({ timeoutMs: 300 });
  await until(() => later.stopper.reason !== undefined);
  expect(task.stopper.reason).toBeUndefined();
});
