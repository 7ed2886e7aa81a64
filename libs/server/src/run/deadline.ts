import { AppError } from '@trellis-mcp/errors';
import { alarms } from '@trellis-mcp/lifecycle';
import type { Step } from './step.ts';
import type { Task } from './task.ts';

/**
 * Makes the task's signal abort when the deadline passes, the client cancels or the server drains.
 *
 * A question to the user ends the run and its answer starts another one, so the time of the user is never counted.
 */
export const deadline: Step<Task> = {
  name: 'deadline',
  apply(task) {
    const { cleanups, ctx, frame, startedAt, stopper } = task;
    const { timeoutMs } = task.subject;
    const cancel = (): void => {
      stopper.stop(new AppError('CANCELLED', 'The client cancelled the call.'));
    };
    ctx.mcpReq.signal.addEventListener('abort', cancel, { once: true });
    if (ctx.mcpReq.signal.aborted) cancel();
    cleanups.push(
      frame.running.add(stopper),
      alarms.set(startedAt + timeoutMs - performance.now(), () => stopper.stop(timedOut(timeoutMs))),
      // The SDK aborts every request when its exchange closes, also after the answer.
      () => ctx.mcpReq.signal.removeEventListener('abort', cancel),
    );
  },
};

function timedOut(timeoutMs: number): AppError {
  return new AppError('TIMEOUT', `The call did not finish within its deadline of ${timeoutMs} ms.`, {
    hint: 'Ask for less in one call.',
    retryable: true,
    details: { timeoutMs },
  });
}
