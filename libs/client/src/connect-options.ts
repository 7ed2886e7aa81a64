import type { ElicitRequestParams, ElicitResult, FetchLike, Transport } from '@modelcontextprotocol/client';
import type { ClientRoot, LogEntry, LogLevel, SampleRequest, SampleResult } from './older-features.ts';

/** A server to spawn. It never sees more of this process's environment than {@link StdioTarget.env} and a short safe list. */
export interface StdioTarget {
  readonly command: string;
  readonly args?: readonly string[];
  /** Variables of the child, on top of HOME, LOGNAME, PATH, SHELL, TERM and USER (the Windows counterparts there). Default: none. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the current working directory. */
  readonly cwd?: string;
  /** Receives what the child writes to stderr. Default: only the last 4,096 characters are kept, as the cause of a failed connect. */
  readonly onStderr?: (text: string) => void;
}

/** A server at a Streamable HTTP endpoint. */
export interface HttpTarget {
  readonly url: string | URL;
  /** Sent with every request, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes every request. Default: the global `fetch`. Redirects to another origin are refused in any case. */
  readonly fetch?: FetchLike;
}

/** A server that offers WebSocket, which is not part of the MCP specification. */
export interface WebSocketTarget {
  /** A `ws:` or `wss:` URL, such as `ws://127.0.0.1:3101/ws`. */
  readonly url: string | URL;
  /** Bearer token; travels in a header of the handshake, never in the URL. Default: none. */
  readonly token?: string;
  /** Further headers of the handshake. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Largest message of the server in bytes; a larger one ends the connection. Default: 16 MiB. */
  readonly maxMessageBytes?: number;
  /** How often the server is asked whether it is there, in milliseconds. Default: 30,000. */
  readonly pingMs?: number;
}

/** Where the server is. */
export type ConnectTarget =
  | { readonly stdio: StdioTarget }
  | { readonly http: HttpTarget }
  | { readonly websocket: WebSocketTarget }
  | { readonly transport: Transport };

/** The kind of list that {@link ConnectOptions.onListChanged} reports. */
export type ListKind = 'tools' | 'prompts' | 'resources';

/** How to connect and what this client can do for the server. A capability is declared only when its handler is given. */
export interface ConnectOptions {
  /** Ends the attempt to connect; the started child process or open request goes with it. */
  readonly signal?: AbortSignal;
  /** `modern` is 2026-07-28, `legacy` 2025-11-25 and older; `auto` asks the server and takes the newer. Default: `auto`. */
  readonly era?: 'auto' | 'modern' | 'legacy';
  /** Default: `trellis-client`, version 0. */
  readonly clientInfo?: { readonly name: string; readonly version: string };
  /** Deadline of the connect and of each request that names none, in milliseconds. Default: 60,000. */
  readonly timeoutMs?: number;
  /** Answers the server's questions to the user (elicitation, forms and URLs). */
  readonly onAsk?: (request: ElicitRequestParams, signal: AbortSignal) => Promise<ElicitResult>;
  /** Answers the server's requests to a model (sampling). */
  readonly onSample?: (request: SampleRequest, signal: AbortSignal) => Promise<SampleResult>;
  /** The roots offered to the server. */
  readonly roots?: readonly ClientRoot[];
  /** Receives the server's log messages. */
  readonly onLog?: (entry: LogEntry) => void;
  /** Least severe message for {@link ConnectOptions.onLog}. Default: `info`. */
  readonly logLevel?: LogLevel;
  /** Told when a list of the server changed; fetch it again. */
  readonly onListChanged?: (kind: ListKind) => void;
  /** Told about failures outside any request, such as a message that answers nothing. Default: they are dropped. */
  readonly onError?: (error: Error) => void;
}
