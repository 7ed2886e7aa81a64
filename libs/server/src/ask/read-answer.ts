import { inputResponse, type inputRequired } from '@modelcontextprotocol/server';
import { AppError } from '@trellis-mcp/errors';
import type { ClientRoot, SampleReply, SampleRequest } from '../call.ts';

const maxRoots = 1000;

/**
 * The accepted content of a form, empty for a page; undefined when it is an answer to something else.
 *
 * @throws AppError `DENIED` when the user declined or dismissed the question.
 */
export function readElicitation(answer: unknown): Record<string, unknown> | undefined {
  const view = inputResponse({ answer }, 'answer');
  if (view.kind !== 'elicit') return undefined;
  if (view.action === 'accept') return view.content ?? {};
  throw new AppError('DENIED', view.action === 'decline' ? 'The user declined.' : 'The user dismissed the question.', {
    hint: 'Do not try again unless the user asks for it.',
    details: { action: view.action },
  });
}

/**
 * The text of the client's model; undefined when it is an answer to something else.
 *
 * @throws AppError `DENIED` when the client refused.
 */
export function readSample(answer: unknown): SampleReply | undefined {
  const view = inputResponse({ answer }, 'answer');
  if (view.kind === 'elicit' && view.action !== 'accept') throw new AppError('DENIED', "The client's model gave no answer.");
  if (view.kind !== 'sampling') return undefined;
  const { content, model, stopReason } = view.result;
  const parts = Array.isArray(content) ? content : [content];
  const text = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  if (typeof model !== 'string') return undefined;
  return { text, model, ...(stopReason !== undefined && { stopReason }) };
}

/** At most 1,000 roots with a valid URI; undefined when it is an answer to something else. */
export function readRoots(answer: unknown): ClientRoot[] | undefined {
  const view = inputResponse({ answer }, 'answer');
  if (view.kind !== 'roots') return undefined;
  const known = view.roots.slice(0, maxRoots).filter((root) => typeof root.uri === 'string' && URL.canParse(root.uri));
  return known.map(({ uri, name }) => ({ uri, ...(typeof name === 'string' && { name }) }));
}

/** A request to the client's model as MCP sends it. */
export function toSamplingParams(request: SampleRequest): Parameters<typeof inputRequired.createMessage>[0] {
  const { messages, systemPrompt, maxTokens, temperature, stopSequences } = request;
  return {
    messages: messages.map(({ role, text }) => ({ role, content: { type: 'text', text } })),
    maxTokens,
    ...(systemPrompt !== undefined && { systemPrompt }),
    ...(temperature !== undefined && { temperature }),
    ...(stopSequences !== undefined && { stopSequences: [...stopSequences] }),
  };
}
