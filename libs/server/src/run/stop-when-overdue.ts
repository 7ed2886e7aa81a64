import { AppError } from '@trellis-mcp/errors';
import { Running } from './running.ts';
import type { Task } from './task.ts';

/** What {@link stopWhenOverdue} needs of a task. */
export interface Timed extends Pick<Task, 'cleanups' | 'startedAt' | 'stopper'> {
  readonly subject: Pick<Task['subject'], 'timeoutMs'>;
}

/** More is counted as nothing by Node. */
const longestTimerMs = 2 ** 31 - 1;

/** Tasks that run. */
const running = new Running<Timed>();
/** One timer for all of them, let run when its task is over: a timer for each would cost more than most tasks take. */
let timer: NodeJS.Timeout | undefined;
let timerAt = Infinity;

/** Stops the task when its deadline passes. */
export function stopWhenOverdue(task: Timed): void {
  task.cleanups.push(running.add(task));
  wakeFor(task);
}

function wakeFor({ startedAt, subject: { timeoutMs } }: Timed): void {
  const at = startedAt + timeoutMs;
  if (at >= timerAt) return;
  clearTimeout(timer);
  timerAt = at;
  // It is no reason for the process to stay: what a task waits for is.
  timer = setTimeout(stopOverdue, Math.min(Math.max(at - performance.now(), 0), longestTimerMs)).unref();
}

function stopOverdue(): void {
  timerAt = Infinity;
  const now = performance.now();
  for (const task of running) {
    const { startedAt, stopper, subject } = task;
    // A timer counts whole milliseconds, and may be early by a part of one.
    if (startedAt + subject.timeoutMs - now < 1) stopper.stop(timedOut(subject.timeoutMs));
    else wakeFor(task);
  }
}

function timedOut(timeoutMs: number): AppError {
  return new AppError('TIMEOUT', `The call did not finish within its deadline of ${timeoutMs} ms.`, {
    hint: 'Ask for less in one call.',
    retryable: true,
    details: { timeoutMs },
  });
}
