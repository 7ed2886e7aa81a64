import { MissingRequiredClientCapabilityError } from '@modelcontextprotocol/server';
import { explain } from './error-result.ts';
import type { Step } from './step.ts';
import type { Task } from './task.ts';

/** Runs the handler until it settles or the signal aborts, whichever is first; questions it asked end the task. */
export const run: Step<Task> = {
  name: 'run',
  async apply(task) {
    const { signal } = task.abort;
    try {
      task.value = await untilAborted(() => task.invoke(task), signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (!task.asks?.hasPending) throw refuseUndeclared(task, error);
    }
    if (task.asks?.hasPending) task.result = task.asks.takeQuestions();
  },
};

/**
 * A handler that leaves the refusal of its question uncaught needs what the client did not declare: 2026-07-28 wants -32021 for it
 * (spec: basic, capabilities), older eras have an isError result.
 */
function refuseUndeclared({ asks, peer }: Task, error: unknown): unknown {
  const missing = asks?.missing;
  if (missing === undefined || missing.error !== error || peer.connection.era !== 'modern') return error;
  return new MissingRequiredClientCapabilityError({ requiredCapabilities: missing.requiredCapabilities }, explain(missing.error));
}

/** A handler that ignores its signal is left behind: its answer has nobody to read it, its late failure was already reported as the abort. */
function untilAborted<Value>(work: () => Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason);
    };
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => {
        signal.removeEventListener('abort', onAbort);
      });
  });
}
