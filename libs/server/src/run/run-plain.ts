import type { InputRequiredResult } from '@modelcontextprotocol/server';
import { AppError } from '@trellis-mcp/errors';
import { ask } from './ask.ts';
import { deadline } from './deadline.ts';
import { toProtocolError } from './error-result.ts';
import { rateLimit } from './rate-limit.ts';
import { report } from './report.ts';
import { run } from './run.ts';
import { scopes } from './scopes.ts';
import type { Step } from './step.ts';
import type { Task } from './task.ts';
import { walk } from './walk.ts';

const common: readonly Step<Task>[] = [scopes, rateLimit, deadline, ask, run];

/** Largest answer in bytes of JSON; a list is cut into pages instead. */
const maxBytes = 1024 * 1024;

/** How a {@link runPlain} task ends. */
export interface PlainOptions<Result> {
  /** Makes the MCP result of what the handler returned. */
  readonly toResult: (value: unknown, task: Task<Result>) => Result;
  /** The resource that was read, named in the error. */
  readonly uri?: string;
}

/**
 * Runs a resource, prompt, completion or list through the steps it shares with tools.
 *
 * @throws ProtocolError for every failure: these have no isError result.
 */
export async function runPlain<Result>(task: Task<Result>, options: PlainOptions<Result>): Promise<Result | InputRequiredResult> {
  const finish: Step<Task<Result>> = {
    name: 'render',
    apply: () => {
      const result = options.toResult(task.value, task);
      if (task.subject.kind !== 'list') limitResult(task, result);
      task.result = result;
    },
  };
  await walk(task, [...common, finish]);
  report(task);
  if (task.refusal !== undefined) throw task.refusal;
  if (task.failure !== undefined) throw toProtocolError(task.failure, options.uri);
  if (task.result === undefined) throw new Error('the steps left no result');
  return task.result;
}

function limitResult(task: Task, result: unknown): void {
  const { kind, name } = task.subject;
  const actual = Buffer.byteLength(JSON.stringify(result));
  task.resultBytes = actual;
  if (actual <= maxBytes) return;
  throw new AppError('LIMIT', `The answer of ${kind} "${name}" has ${actual} bytes; at most ${maxBytes} are sent.`, {
    ...(kind === 'resource' && { hint: 'Use a tool that reads a part of it.' }),
    details: { limitBytes: maxBytes, actualBytes: actual },
  });
}
