import { AppError } from '@trellis-mcp/errors';
import type { Attachment } from '../reply.ts';
import type { Step } from './step.ts';
import type { ToolTask } from './tool-task.ts';

/**
 * Holds a result to the tool's budget: structured JSON, a text of the tool's own, and attachments as they are sent. What is larger is cut and
 * kept whole behind a link, or refused.
 */
export const budget: Step<ToolTask> = {
  name: 'budget',
  apply(task) {
    const { data, entry, options } = task;
    task.json = JSON.stringify(data);
    const attached = options?.attach?.reduce((sum, part) => sum + attachmentBytes(part), 0) ?? 0;
    const text = options?.text === undefined ? 0 : jsonBytes(options.text);
    const actual = Buffer.byteLength(task.json) + text + attached;
    task.resultBytes = actual;
    if (actual > entry.maxResultBytes) return cutOrRefuse(task, { besideBytes: text + attached, actual });
  },
};

async function cutOrRefuse(task: ToolTask, { besideBytes, actual }: { besideBytes: number; actual: number }): Promise<void> {
  const { entry } = task;
  const limit = entry.maxResultBytes;
  if (!entry.isWhole) {
    // Few results are that large; a start need not load what cuts them.
    const { cutData } = await import('./cut-data.ts');
    if (await cutData(task, besideBytes)) return;
  }
  throw new AppError('LIMIT', `The result has ${actual} bytes; at most ${limit} are sent.`, {
    hint: pagingHint(entry.input.input['properties']),
    details: { limitBytes: limit, actualBytes: actual },
  });
}

/** Names the arguments of the tool that make a result smaller. */
function pagingHint(properties: unknown): string {
  const names = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  const levers = names.filter((name) => /^(limit|maxRows|pageSize|maxBytes|maxResults|fields|columns|cursor)$/i.test(name));
  return levers.length > 0 ? `Ask for less: set ${levers.join(' or ')}.` : 'Ask for less: narrow the arguments.';
}

function attachmentBytes(part: Attachment): number {
  const bytes = 'bytes' in part ? part.bytes : 'content' in part && typeof part.content !== 'string' ? part.content : undefined;
  return bytes === undefined ? jsonBytes(part) : Math.ceil(bytes.length / 3) * 4 + jsonBytes({ ...part, bytes: '', content: '' });
}

/** Bytes on the wire: what JSON escapes counts as it is sent. */
function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
