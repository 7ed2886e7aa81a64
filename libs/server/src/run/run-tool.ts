import type { CallToolResult, InputRequiredResult } from '@modelcontextprotocol/server';
import { ask } from './ask.ts';
import { budget } from './budget.ts';
import { noteTask } from '../memory/note-task.ts';
import { deadline } from './deadline.ts';
import { toErrorResult } from './error-result.ts';
import { memory } from './memory.ts';
import { output } from './output.ts';
import { rateLimit } from './rate-limit.ts';
import { render } from './render.ts';
import { report } from './report.ts';
import { run } from './run.ts';
import { scopes } from './scopes.ts';
import type { Step } from './step.ts';
import type { ToolTask } from './tool-task.ts';
import { walk } from './walk.ts';

/** What happens to every call of a tool, in order; `report` follows whatever the outcome. */
export const toolSteps: readonly Step<ToolTask>[] = [scopes, rateLimit, memory, deadline, ask, run, output, budget, render];

/**
 * Runs one call of a tool through {@link toolSteps}.
 *
 * @throws ProtocolError when the request itself is refused; every other failure is an isError result.
 */
export async function runTool(task: ToolTask): Promise<CallToolResult | InputRequiredResult> {
  await walk(task, toolSteps);
  report(task, task.entry);
  if (task.isNoted === true) await noteTask(task);
  if (task.refusal !== undefined) throw task.refusal;
  if (task.failure !== undefined) return toErrorResult(task.failure);
  if (task.result === undefined) throw new Error('the steps of a tool left no result');
  return task.result;
}
