import { AppError } from '@trellis-mcp/errors';
import type { Step } from './step.ts';
import { stopWhenOverdue } from './stop-when-overdue.ts';
import type { Task } from './task.ts';

/**
 * Makes the task's signal abort when the deadline passes, the client cancels or the server drains.
 *
 * A question to the user ends the run and its answer starts another one, so the time of the user is never counted.
 */
export const deadline: Step<Task> = {
  name: 'deadline',
  apply(task) {
    const { cleanups, ctx, frame, stopper } = task;
    const cancel = (): void => {
      stopper.stop(new AppError('CANCELLED', 'The client cancelled the call.'));
    };
    ctx.mcpReq.signal.addEventListener('abort', cancel, { once: true });
    if (ctx.mcpReq.signal.aborted) cancel();
    cleanups.push(frame.running.add(stopper), () => {
      // The SDK aborts every request when its exchange closes, also after the answer.
      ctx.mcpReq.signal.removeEventListener('abort', cancel);
    });
    stopWhenOverdue(task);
  },
};
