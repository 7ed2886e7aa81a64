import type { Call } from '../call.ts';
import type { Task } from '../run/task.ts';

/** Reports sent at any speed; afterwards at most one per {@link minGapMs}. */
const burst = 100;
const minGapMs = 50;
/** How much a heartbeat adds, relative to the last value: the spec wants every value to be larger than the one before. */
const nudge = 1e-6;

/**
 * Reports progress of one call while the client gave a token. A heartbeat keeps clients from giving up on a handler that says
 * nothing; it nudges the last value, since progress MUST increase (spec: basic/utilities/progress). Values that do not grow are left out.
 */
export function createProgress(task: Task): Call<unknown>['progress'] {
  const { ctx, cleanups } = task;
  const progressToken = ctx.mcpReq._meta?.progressToken;
  if (progressToken === undefined) return ignore;
  let last: { done: number; total: number | undefined; message: string | undefined } | undefined;
  let sent = 0;
  let sentAt = 0;

  const send = (done: number, total: number | undefined, message: string | undefined): void => {
    if (task.isOver || !Number.isFinite(done) || (last !== undefined && done <= last.done)) return;
    last = { done, total, message };
    sent += 1;
    sentAt = performance.now();
    const params = { progressToken, progress: done, ...(total !== undefined && { total }), ...(message !== undefined && { message }) };
    ctx.mcpReq.notify({ method: 'notifications/progress', params }).catch((error: unknown) => {
      task.frame.host.log.debug({ requestId: task.requestId, err: error }, 'progress not sent to the client');
    });
  };
  const beat = setInterval(() => {
    if (last === undefined) {
      send(0, undefined, undefined);
      return;
    }
    const done = last.done + Math.max(Math.abs(last.done), 1) * nudge;
    send(done, last.total !== undefined && done > last.total ? undefined : last.total, last.message);
  }, task.frame.heartbeatMs);
  cleanups.push(() => {
    clearInterval(beat);
  });
  return (done, total, message) => {
    if (sent >= burst && performance.now() - sentAt < minGapMs) return;
    send(done, total, message?.slice(0, 1000));
  };
}

function ignore(): void {
  // The client did not ask for progress.
}
