import { isInputRequiredResult } from '@modelcontextprotocol/server';
import type { AppError } from '@trellis-mcp/errors';
import type { Frame } from '../frame.ts';
import { outcomeOf } from '../run/report.ts';
import type { Peer } from '../run/task.ts';
import type { ToolTask } from '../run/tool-task.ts';
import type { CallTrace } from './format-trace.ts';

/** Notes a call that is over in the memory it named; a round that only asked the client is not over. */
export async function noteTask(task: ToolTask): Promise<void> {
  const { frame, peer, memoryId, subject, args, failure, result, resultBytes = 0 } = task;
  if (isInputRequiredResult(result)) return;
  const told = failure === undefined ? { bytes: resultBytes } : { bytes: 0, message: failure.message };
  await note(frame, peer, { memoryId, trace: { name: subject.name, args, outcome: outcomeOf(task), ...told } });
}

/** A call whose arguments do not fit its tool. */
interface RefusedCall {
  readonly memoryId: unknown;
  readonly name: string;
  readonly args: unknown;
  readonly error: AppError;
}

/** Notes a call that was refused before it became a task. */
export async function noteRefused(frame: Frame, peer: Peer, { memoryId, name, args, error }: RefusedCall): Promise<void> {
  if (memoryId === undefined) return;
  await note(frame, peer, { memoryId, trace: { name, args, outcome: error.code, bytes: 0, message: error.message } });
}

/** As work that a drain waits for. */
async function note(
  { host, memory }: Frame,
  { connection }: Peer,
  { memoryId, trace }: { memoryId: unknown; trace: CallTrace },
): Promise<void> {
  if (memory === undefined) return;
  try {
    await host.lifecycle.track(() => memory.note(connection.principal, memoryId, trace));
  } catch (error) {
    host.log.warn({ err: error, tool: trace.name }, 'A call was not noted: the server is shutting down.');
  }
}
