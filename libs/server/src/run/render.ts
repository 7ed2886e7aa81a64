import type { ContentBlock } from '@modelcontextprotocol/server';
import { renderText } from '../render/render-text.ts';
import { toContentBlock } from '../render/content.ts';
import type { Step } from './step.ts';
import type { Task } from './task.ts';
import type { ToolTask } from './tool-task.ts';

/** Makes the MCP result: structured content, a text for clients that read only text, and attachments. */
export const render: Step<ToolTask> = {
  name: 'render',
  apply(task) {
    const { cut, options } = task;
    const isTextOnly = !knowsStructuredContent(task);
    const text = textOf(task, isTextOnly);
    // An empty text alone is the answer, such as that of an empty file; beside attachments it is none.
    const isLeftOut = text === '' && (options?.attach?.length ?? 0) > 0;
    const content: ContentBlock[] = isLeftOut ? [] : [{ type: 'text', text }];
    if (cut !== undefined && !isTextOnly) content.push(toContentBlock({ ...whole, uri: cut.uri }));
    for (const part of options?.attach ?? []) content.push(toContentBlock(part));
    task.result = {
      content,
      ...(!isTextOnly && { structuredContent: task.data ?? {} }),
      ...(options?.failed === true && { isError: true }),
    };
  },
};

/** The link to all of a result that was cut. */
const whole = { kind: 'link', name: 'whole_result', mimeType: 'application/json', description: 'The whole result, page by page.' } as const;

function textOf({ cut, data = {}, json = '{}', options }: ToolTask, isTextOnly: boolean): string {
  const notice = cut === undefined ? '' : `${cut.notice}\n`;
  if (options?.text !== undefined) return notice + options.text;
  return isTextOnly ? notice + json : renderText(data, json, notice);
}

/** Structured content came with 2025-06-18; a client of an older revision gets the whole JSON as text instead. */
function knowsStructuredContent({ peer }: Task): boolean {
  if (peer.connection.era === 'modern') return true;
  // Only the connection knows the revision in older eras.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const version = peer.server.server.getNegotiatedProtocolVersion() ?? peer.connection.requestInfo?.headers.get('mcp-protocol-version');
  return version === undefined || version === null || version >= '2025-06-18';
}
