import type { Step } from './step.ts';
import type { ToolTask } from './tool-task.ts';

/** Looks whether the memory that a call names is the caller's, before anything is done. A store that fails does not fail the call. */
export const memory: Step<ToolTask> = {
  name: 'memory',
  apply(task) {
    const { memoryId, frame, peer } = task;
    if (memoryId === undefined || frame.memory === undefined) return;
    return frame.memory.check(peer.connection.principal, memoryId).then((isThere) => {
      task.isNoted = isThere;
    });
  },
};
