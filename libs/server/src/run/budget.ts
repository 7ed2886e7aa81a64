import { AppError } from '@trellis-mcp/errors';
import type { Attachment } from '../reply.ts';
import type { Step } from './step.ts';
import type { ToolTask } from './tool-task.ts';

/** Refuses a result that is larger than the tool's budget: structured JSON, a text of the tool's own, and attachments as they are sent. */
export const budget: Step<ToolTask> = {
  name: 'budget',
  apply(task) {
    const { data, entry, options } = task;
    task.json = JSON.stringify(data);
    const attached = options?.attach?.reduce((sum, part) => sum + attachmentBytes(part), 0) ?? 0;
    const actual = Buffer.byteLength(task.json) + Buffer.byteLength(options?.text ?? '') + attached;
    task.resultBytes = actual;
    const limit = entry.maxResultBytes;
    if (actual <= limit) return;
    throw new AppError('LIMIT', `The result has ${actual} bytes; at most ${limit} are sent.`, {
      hint: pagingHint(entry.input.input['properties']),
      details: { limitBytes: limit, actualBytes: actual },
    });
  },
};

/** Names the arguments of the tool that make a result smaller. */
function pagingHint(properties: unknown): string {
  const names = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  const levers = names.filter((name) => /^(limit|maxRows|pageSize|maxBytes|maxResults|fields|columns|cursor)$/i.test(name));
  return levers.length > 0 ? `Ask for less: set ${levers.join(' or ')}.` : 'Ask for less: narrow the arguments.';
}

function attachmentBytes(part: Attachment): number {
  switch (part.kind) {
    case 'image':
    case 'audio':
      return base64Bytes(part.bytes);
    case 'link':
      return Buffer.byteLength(part.uri + part.name + (part.description ?? ''));
    case 'embed':
      return typeof part.content === 'string' ? Buffer.byteLength(part.content) : base64Bytes(part.content);
  }
}

function base64Bytes(bytes: Uint8Array): number {
  return Math.ceil(bytes.length / 3) * 4;
}
