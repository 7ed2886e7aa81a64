import {
  isInputRequiredResult,
  ProtocolError,
  ProtocolErrorCode,
  type CompleteRequest,
  type CompleteResult,
} from '@modelcontextprotocol/server';
import { createCall } from '../call/create-call.ts';
import type { Catalog } from '../catalog/create-catalog.ts';
import type { Complete } from '../define.ts';
import { runPlain } from '../run/run-plain.ts';
import { createTask, type Subject } from '../run/task.ts';
import type { Received } from './call-tool.ts';

const maxValues = 100;
const nothing: CompleteResult = { completion: { values: [], total: 0, hasMore: false } };

/** Answers `completion/complete` with at most 100 values, under the scopes of the prompt or template it belongs to. */
export async function complete(catalog: Catalog, { frame, peer, ctx, request }: Received<CompleteRequest>): Promise<CompleteResult> {
  const { argument, context } = request.params;
  const found = findCompletion(catalog, request);
  const suggest = Object.hasOwn(found.completions, argument.name) ? found.completions[argument.name] : undefined;
  if (suggest === undefined) return nothing;
  const task = createTask<CompleteResult>({
    frame,
    peer,
    ctx,
    subject: { ...found.subject, kind: 'completion' },
    args: request.params,
    invoke: async (running) => suggest(argument.value, createCall(running), context?.arguments ?? {}),
  });
  const result = await runPlain(task, { toResult: toCompletion });
  if (isInputRequiredResult(result)) throw new ProtocolError(ProtocolErrorCode.InternalError, 'a completion cannot ask');
  return result;
}

function findCompletion(
  { prompts, templates, resources }: Catalog,
  { params: { ref } }: CompleteRequest,
): { subject: Subject; completions: Readonly<Record<string, Complete<unknown>>> } {
  if (ref.type === 'ref/prompt') {
    const entry = prompts.get(ref.name);
    if (entry !== undefined) return { subject: entry.subject, completions: entry.definition.complete ?? {} };
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Prompt ${ref.name.slice(0, 128)} not found`);
  }
  const entry = templates.find(({ definition }) => definition.uriTemplate === ref.uri);
  if (entry !== undefined) return { subject: entry.subject, completions: entry.definition.complete ?? {} };
  const resource = resources.get(ref.uri);
  if (resource !== undefined) return { subject: resource.subject, completions: {} };
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Resource template ${ref.uri.slice(0, 200)} not found`);
}

function toCompletion(value: unknown): CompleteResult {
  if (!Array.isArray(value)) throw new Error('a completion must return a list of values');
  const values = value.slice(0, maxValues).map(String);
  return { completion: { values, total: value.length, hasMore: value.length > maxValues } };
}
