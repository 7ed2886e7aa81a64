import type { Call } from '../call.ts';
import type { Task } from '../run/task.ts';

const maxMessages = 1000;
const maxText = 8000;

/** Sends MCP log messages for one call: at most 1,000 of 8,000 characters, none after the call. The SDK honours the client's level. */
export function createTell(task: Task): Call<unknown>['tell'] {
  const { ctx, frame, requestId, subject } = task;
  let sent = 0;
  return (level, text) => {
    sent += 1;
    if (sent > maxMessages || task.isOver) return;
    const data = sent === maxMessages ? 'Too many messages; the rest of this call is left out.' : text.slice(0, maxText);
    // Deprecated in 2026-07-28, kept for the clients that have it.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    ctx.mcpReq.log(level, data, subject.name).catch((error: unknown) => {
      frame.host.log.debug({ requestId, err: error }, 'message not sent to the client');
    });
  };
}
