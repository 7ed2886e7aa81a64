import type { CallToolResult } from '@modelcontextprotocol/client';
import { AppError } from '@trellis-mcp/errors';
import { errorMetaKey, readErrorMeta } from './to-app-error.ts';

/** What a tool answered. */
export interface ToolAnswer {
  /** The structured content; undefined when the tool declares no output schema. */
  readonly data: unknown;
  /** The text parts, joined by line feeds. */
  readonly text: string;
  readonly content: CallToolResult['content'];
  /** The tool says that it failed and gave its data nevertheless. */
  readonly failed: boolean;
  readonly meta: Readonly<Record<string, unknown>>;
}

/**
 * Reads a tool result.
 * @throws AppError with the code that a Trellis server sent; `UPSTREAM` for an error result of any other server that carries no data.
 */
export function readToolAnswer(result: CallToolResult): ToolAnswer {
  const text = textOf(result);
  const meta = result._meta ?? {};
  const failed = result.isError === true;
  if (failed) {
    const error = readErrorMeta(meta[errorMetaKey], text);
    if (error !== undefined) throw error;
    if (result.structuredContent === undefined) throw new AppError('UPSTREAM', text.slice(0, 2000) || 'The tool failed without a reason.');
  }
  return { data: result.structuredContent, text, content: result.content, failed, meta };
}

function textOf(result: CallToolResult): string {
  return result.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}
