import type {
  Client,
  CompleteRequestParams,
  CompleteResult,
  GetPromptResult,
  Implementation,
  Progress,
  Prompt,
  ReadResourceResult,
  Resource,
  ResourceTemplateType,
  ServerCapabilities,
  Tool,
} from '@modelcontextprotocol/client';
import type { Subscription } from './subscriptions.ts';
import type { ToolAnswer } from './tool-answer.ts';

/** Options of one request. */
export interface CallOptions {
  /** Cancels the request; the server is told where the transport can carry it. */
  readonly signal?: AbortSignal;
  /** Deadline of the whole request in milliseconds, with the time in which the user answers. Default: the connection's. */
  readonly timeoutMs?: number;
}

/** Options of {@link Connection.callTool}. */
export interface ToolCallOptions extends CallOptions {
  /** Told about progress; giving it asks the server to report. */
  readonly onProgress?: (progress: Progress) => void;
}

/** What the server says of itself. */
export interface ServerInfo {
  readonly implementation: Implementation | undefined;
  readonly capabilities: ServerCapabilities;
  readonly instructions: string | undefined;
}

/**
 * An open connection to one server. Every method throws AppError and nothing else: the server's own code where it is a Trellis
 * server, `CANCELLED` after an abort, `TIMEOUT` after a deadline, `UPSTREAM` when the transport failed.
 */
export interface Connection extends AsyncDisposable {
  /** The SDK's client, for what this handle does not cover. */
  readonly raw: Client;
  readonly era: 'modern' | 'legacy';
  readonly server: ServerInfo;
  /** Process id of a spawned server. */
  readonly pid: number | undefined;
  /** Resolves when the connection ended, by {@link Connection.close} or by the server. */
  readonly closed: Promise<void>;
  /** All pages, at most 64. */
  listTools(options?: CallOptions): Promise<Tool[]>;
  callTool(name: string, args?: Readonly<Record<string, unknown>>, options?: ToolCallOptions): Promise<ToolAnswer>;
  /** All pages, at most 64. */
  listResources(options?: CallOptions): Promise<Resource[]>;
  /** All pages, at most 64. */
  listResourceTemplates(options?: CallOptions): Promise<ResourceTemplateType[]>;
  readResource(uri: string, options?: CallOptions): Promise<ReadResourceResult['contents']>;
  /** All pages, at most 64. */
  listPrompts(options?: CallOptions): Promise<Prompt[]>;
  getPrompt(name: string, args?: Readonly<Record<string, string>>, options?: CallOptions): Promise<GetPromptResult>;
  complete(params: CompleteRequestParams, options?: CallOptions): Promise<CompleteResult['completion']>;
  /** Calls `onUpdate` when one of the resources changed, until the subscription is closed. At most 1,000 at a time. */
  subscribe(uris: readonly string[], onUpdate: (uri: string) => void, options?: CallOptions): Promise<Subscription>;
  /** Ends the connection, and a spawned server with it (stdin, then SIGTERM, then SIGKILL: 4 s at most). */
  close(): Promise<void>;
}
