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
    const { data = {}, json = '{}', options } = task;
    const isTextOnly = !knowsStructuredContent(task);
    const text = options?.text ?? (isTextOnly ? json : renderText(data, json));
    const content: ContentBlock[] = text === '' ? [] : [{ type: 'text', text }];
    for (const part of options?.attach ?? []) content.push(toContentBlock(part));
    task.result = {
      content,
      ...(!isTextOnly && { structuredContent: data }),
      ...(options?.failed === true && { isError: true }),
    };
  },
};

/** Structured content came with 2025-06-18; a client of an older revision gets the whole JSON as text instead. */
function knowsStructuredContent({ peer }: Task): boolean {
  if (peer.connection.era === 'modern') return true;
  // Only the connection knows the revision in older eras.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const version = peer.server.server.getNegotiatedProtocolVersion() ?? peer.connection.requestInfo?.headers.get('mcp-protocol-version');
  return version === undefined || version === null || version >= '2025-06-18';
}
