import { toPublicError } from './error-result.ts';
import { traceTask } from '../trace/trace-task.ts';
import { applySteps, type Step } from './step.ts';
import type { Task } from './task.ts';

/** Walks a task through its steps as work that a drain waits for, inside a span when OpenTelemetry is there. Never throws. */
export async function walk<T extends Task>(task: T, steps: readonly Step<T>[]): Promise<void> {
  const { host, tracing } = task.frame;
  const found = tracing();
  host.health.metrics.callStarted(task.subject.kind);
  const work = (): Promise<void> =>
    found?.isOn !== true ? applySteps(task, steps) : traceTask(found, task, () => applySteps(task, steps));
  try {
    await host.lifecycle.track(work);
  } catch (error) {
    // The drain is over: the lifecycle takes no more work.
    task.failure = toPublicError(error, task.requestId);
  }
}
