import {
  ProtocolError,
  ProtocolErrorCode,
  type GetPromptRequest,
  type GetPromptResult,
  type InputRequiredResult,
  type PromptMessage,
} from '@modelcontextprotocol/server';
import { AppError } from '@trellis-mcp/errors';
import { createCall } from '../call/create-call.ts';
import type { PromptEntry } from '../catalog/create-catalog.ts';
import type { PromptTurn } from '../define.ts';
import { toContentBlock } from '../render/content.ts';
import { toProtocolError } from '../run/error-result.ts';
import { reportRefused } from '../run/report.ts';
import { runPlain } from '../run/run-plain.ts';
import { createTask } from '../run/task.ts';
import type { Received } from './call-tool.ts';
import { checkArguments } from './check-arguments.ts';
import { explainArguments } from './explain-arguments.ts';

/** Answers `prompts/get`. */
export async function getPrompt(
  prompts: ReadonlyMap<string, PromptEntry>,
  { frame, peer, ctx, request }: Received<GetPromptRequest>,
): Promise<GetPromptResult | InputRequiredResult> {
  const { name, arguments: given = {} } = request.params;
  const entry = prompts.get(name);
  if (entry === undefined) {
    reportRefused(frame, peer, { kind: 'prompt', name: 'unknown', outcome: 'INVALID_INPUT' });
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Prompt ${name.slice(0, 128)} not found`);
  }
  const checked = await checkArguments(entry.input, given);
  if (checked.issues) {
    reportRefused(frame, peer, { kind: 'prompt', name, outcome: 'INVALID_INPUT' });
    throw toProtocolError(new AppError('INVALID_INPUT', explainArguments(name, checked.issues)));
  }
  const { definition, subject } = entry;
  const task = createTask<GetPromptResult>({
    frame,
    peer,
    ctx,
    subject,
    args: given,
    invoke: async (running) => {
      if ('failure' in checked) throw checked.failure;
      return definition.render(checked.value, createCall(running));
    },
  });
  return runPlain(task, { toResult: (value) => ({ description: definition.description, messages: toMessages(value) }) });
}

function toMessages(value: unknown): PromptMessage[] {
  if (typeof value === 'string') return [{ role: 'user', content: { type: 'text', text: value } }];
  if (!Array.isArray(value)) throw new Error('a prompt must return text or turns');
  return (value as readonly PromptTurn[]).map(({ role, content }) => ({
    role,
    content: typeof content === 'string' ? { type: 'text', text: content } : toContentBlock(content),
  }));
}
