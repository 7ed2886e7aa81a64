import type { CallToolResult } from '@modelcontextprotocol/server';
import type { ToolEntry } from '../catalog/create-catalog.ts';
import type { ReplyOptions } from '../reply.ts';
import type { Task } from './task.ts';

/** A task that calls a tool. */
export interface ToolTask extends Task<CallToolResult> {
  readonly entry: ToolEntry;
  /** Where the caller wants the call noted; untrusted. */
  readonly memoryId?: unknown;
  /** Set when that memory was found. */
  isNoted?: boolean;
  /** The checked data of the reply and its JSON, made once. */
  data?: Readonly<Record<string, unknown>>;
  json?: string;
  options?: ReplyOptions;
  /** What is missing of the data, in words, and the URI of all of it; set when it was cut. */
  cut?: { readonly notice: string; readonly uri: string };
}
