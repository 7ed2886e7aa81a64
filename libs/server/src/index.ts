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
export { missingScopes, type Principal } from './principal.ts';
export { audio, embed, image, link, reply, Reply, type Attachment, type ReplyOptions } from './reply.ts';
