import { isInputRequiredResult } from '@modelcontextprotocol/server';
import { outcomeOf } from '../run/report.ts';
import type { ToolTask } from '../run/tool-task.ts';

/** Notes a call that is over in the memory it named; a round that only asked the client is not over. */
export async function noteTask(task: ToolTask): Promise<void> {
  const { frame, peer, memoryId, subject, args, failure, result, resultBytes = 0 } = task;
  if (frame.memory === undefined || isInputRequiredResult(result)) return;
  const trace = {
    name: subject.name,
    args,
    outcome: outcomeOf(task),
    bytes: failure === undefined ? resultBytes : 0,
    ...(failure !== undefined && { message: failure.message }),
  };
  const { memory, host } = frame;
  try {
    await host.lifecycle.track(() => memory.note(peer.connection.principal, memoryId, trace));
  } catch (error) {
    host.log.warn({ err: error, tool: trace.name }, 'A call was not noted: the server is shutting down.');
  }
}
