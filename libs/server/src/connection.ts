import type { McpServer } from '@modelcontextprotocol/server';
import type { Principal } from './principal.ts';

/** The road a message came on. `http-session` is 2025-era HTTP with `--legacy-sessions`. */
export type TransportKind = 'stdio' | 'http' | 'http-session' | 'websocket';

/** What one SDK server instance is made for: a request over HTTP, otherwise a connection. */
export interface Connection {
  /** `modern` is 2026-07-28, `legacy` everything before. */
  readonly era: 'legacy' | 'modern';
  readonly transport: TransportKind;
  /** Of the request or the connection; in a session of its latest request. */
  readonly principal: Principal;
  /** The HTTP request being served; absent on stdio. */
  readonly requestInfo?: Request;
  /** Who sent a request in a session: each comes with a token, and scopes, of its own. */
  readonly callerOf?: (request: Request) => Principal | undefined;
}

/** Makes the SDK server that answers one {@link Connection}; transports call it and know nothing of tools. */
export type CreateServer = (connection: Connection) => McpServer;
