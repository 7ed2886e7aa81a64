import { AppError } from '@trellis-mcp/errors';
import type { Task } from './task.ts';

/** What {@link stopWhenOverdue} needs of a task. */
export interface Timed extends Pick<Task, 'cleanups' | 'isOver' | 'startedAt' | 'stopper'> {
  readonly subject: Pick<Task['subject'], 'timeoutMs'>;
}

let started: Timed[] = [];

/**
 * Stops the task when its deadline passes. Timers are set at the end of this turn of the event loop, since none could fire before: a task
 * that is over by then needs none. One immediate serves all tasks of a turn.
 */
export function stopWhenOverdue(task: Timed): void {
  if (started.length === 0) setImmediate(setTimers);
  started.push(task);
}

function setTimers(): void {
  const tasks = started;
  started = [];
  for (const task of tasks) if (!task.isOver) setTimer(task);
}

function setTimer({ cleanups, startedAt, stopper, subject: { timeoutMs } }: Timed): void {
  const leftMs = Math.max(timeoutMs - (performance.now() - startedAt), 0);
  const timer = setTimeout(() => {
    stopper.stop(timedOut(timeoutMs));
  }, leftMs);
  cleanups.push(() => {
    clearTimeout(timer);
  });
}

function timedOut(timeoutMs: number): AppError {
  return new AppError('TIMEOUT', `The call did not finish within its deadline of ${timeoutMs} ms.`, {
    hint: 'Ask for less in one call.',
    retryable: true,
    details: { timeoutMs },
  });
}
