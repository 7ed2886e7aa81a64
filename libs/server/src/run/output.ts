import type { StandardSchemaV1 } from '@modelcontextprotocol/server';
import { Reply } from '../reply.ts';
import { isJsonObject } from '../schema/json.ts';
import type { Step } from './step.ts';
import type { ToolTask } from './tool-task.ts';

/** Checks what the tool returned with its output schema: what leaves is what the schema promised, nothing more. A misfit is our bug. */
export const output: Step<ToolTask> = {
  name: 'output',
  apply(task) {
    const { value } = task;
    const isReply = value instanceof Reply;
    task.options = isReply ? value.options : {};
    const outcome = task.entry.output.validate(isReply ? value.data : value);
    if (outcome instanceof Promise) return outcome.then((checked) => take(task, checked));
    take(task, outcome);
  },
};

function take(task: ToolTask, checked: StandardSchemaV1.Result<unknown>): void {
  if (checked.issues) {
    const problems = checked.issues.map((issue) => `${pathOf(issue.path)}: ${issue.message}`).join('; ');
    throw new Error(`the result of tool "${task.entry.definition.name}" does not match its output schema: ${problems}`);
  }
  if (!isJsonObject(checked.value)) throw new Error(`the result of tool "${task.entry.definition.name}" is no object`);
  task.data = checked.value;
}

function pathOf(path: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined): string {
  return path?.map((part) => String(typeof part === 'object' ? part.key : part)).join('.') || 'result';
}
