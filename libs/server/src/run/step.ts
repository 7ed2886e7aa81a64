import { ProtocolError } from '@modelcontextprotocol/server';
import { toPublicError } from './error-result.ts';
import type { Task } from './task.ts';

/** One named thing done to a task. It throws to fail the task, and sets `result` to end it. */
export interface Step<T> {
  readonly name: string;
  readonly apply: (task: T) => void | Promise<void>;
}

/** Walks the steps in order; afterwards the task has a `result`, a `failure` or a `refusal`, and its timers are gone. Never throws. */
export async function applySteps<T extends Task>(task: T, steps: readonly Step<T>[]): Promise<void> {
  try {
    for (const step of steps) {
      const pending = step.apply(task);
      if (pending) await pending;
      if (task.result !== undefined) return;
    }
  } catch (error) {
    if (error instanceof ProtocolError) task.refusal = error;
    else task.failure = toPublicError(error, task.requestId);
  } finally {
    task.isOver = true;
    for (const cleanup of task.cleanups.reverse()) cleanup();
  }
}
