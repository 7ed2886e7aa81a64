export type { AskForm, AskUrl, Call, ClientFeature, ClientRoot, KeptBody, SampleReply, SampleRequest, TellLevel } from './call.ts';
export { createDefiners } from './create-definers.ts';
export type {
  AnyPrompt,
  AnyResource,
  AnyTool,
  CacheHint,
  Complete,
  Definers,
  Described,
  PromptDefinition,
  PromptTurn,
  ResourceDefinition,
  ResourceEntry,
  ResourcePart,
  ResourceTemplateDefinition,
  Schema,
  ToolDefinition,
  ToolHints,
  ToolResult,
} from './define.ts';
export { missingScopes, ownerKey, type Principal } from './principal.ts';
export { audio, embed, image, link, reply, Reply, type Attachment, type ReplyOptions } from './reply.ts';
export { authenticateAs, type Authenticate, type Authentication, type CredentialRequest } from './authenticate.ts';
export type { AppCommand, CommandOutcome } from './cli/app-command.ts';
export { commonSettings, type CommonConfig } from './common-settings.ts';
export type { Connection, CreateServer, TransportKind } from './connection.ts';
export type { Host, ProcessHost } from './host.ts';
export type { HttpRefusal } from './http/http-error.ts';
export { serveHttp, type HttpServing, type ServeHttpOptions } from './http/serve-http.ts';
export { openHost, type OpenHostOptions } from './open-host.ts';
export { serveStdio, type ServeStdioOptions } from './serve-stdio.ts';
export { guardStdout, type ProtocolOutput } from './stdio/guard-stdout.ts';
export { createRuntime, type Runtime, type RuntimeOptions } from './create-runtime.ts';
export { defineServer, type CacheableList, type DoctorFinding, type Listing, type ServerDefinition } from './define-server.ts';
export { openEvents, type EventHub, type Events, type OpenEventsOptions } from './events/open-events.ts';
export type { RuntimeHost } from './frame.ts';
export { jsonSchema } from './schema/json-schema.ts';
export { memoiseSchema, type MemoisedSchema } from './schema/memoise-schema.ts';
export { runMain } from './run-main.ts';
export { serve, type ServeOptions } from './serve.ts';
export type { WebSocketLimits } from './websocket/websocket-limits.ts';
