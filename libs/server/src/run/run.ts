import { MissingRequiredClientCapabilityError, ProtocolError } from '@modelcontextprotocol/server';
import { explain } from './error-result.ts';
import type { Step } from './step.ts';
import type { Task } from './task.ts';

/** Runs the handler until it settles or is stopped, whichever is first; questions it asked end the task. */
export const run: Step<Task> = {
  name: 'run',
  async apply(task) {
    const { stopper } = task;
    try {
      task.value = await stopper.race(() => task.invoke(task));
    } catch (error) {
      if (stopper.reason !== undefined) throw stopper.reason;
      if (!task.asks?.hasPending) throw judge(task, error);
    }
    if (task.asks?.hasPending) task.result = task.asks.takeQuestions();
  },
};

/**
 * A handler that leaves the refusal of its question uncaught needs what the client did not declare: 2026-07-28 wants -32021 for it
 * (spec: basic, capabilities), older eras have an isError result.
 *
 * A protocol error that a handler throws comes from another server behind it, and is not for the caller to read.
 */
function judge({ asks, peer }: Task, error: unknown): unknown {
  if (error instanceof ProtocolError) return new Error('the handler threw a protocol error', { cause: error });
  const missing = asks?.missing;
  if (missing === undefined || missing.error !== error || peer.connection.era !== 'modern') return error;
  return new MissingRequiredClientCapabilityError({ requiredCapabilities: missing.requiredCapabilities }, explain(missing.error));
}
