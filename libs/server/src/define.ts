import type { Icon, StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import type { Call } from './call.ts';
import type { Reply } from './reply.ts';

/** A schema of a tool or prompt: a zod object, or `jsonSchema(raw)`. */
export type Schema<Input = unknown, Output = Input> = StandardSchemaWithJSON<Input, Output>;

/** What a caller may assume of a tool; becomes `annotations` (spec: server/tools). */
export interface ToolHints {
  readonly readOnly: boolean;
  /** Overwrites or removes something. Default: `!readOnly`. A destructive call writes an audit line. */
  readonly destructive?: boolean;
  /** The same call twice changes nothing more. Default: `readOnly`. */
  readonly idempotent?: boolean;
  /** Reaches beyond this machine's own data. Default: false. */
  readonly openWorld?: boolean;
}

/** How long and for whom a result may be cached (2026-07-28: `ttlMs`, `cacheScope`). */
export interface CacheHint {
  readonly ttlMs: number;
  readonly scope: 'public' | 'private';
}

/** What tools, resources and prompts share. */
export interface Described {
  readonly name: string;
  readonly title: string;
  /** When to use it, at most 200 characters; product text. */
  readonly description: string;
  /** All of them are needed. Default: none. */
  readonly scopes?: readonly string[];
  readonly icons?: readonly Icon[];
  /** Deadline of one call in milliseconds; the time a user takes to answer is not counted. Default: 60,000. */
  readonly timeoutMs?: number;
}

/** One tool: one file, one exported object. `name` is snake_case, verb first, at most 32 characters. */
export interface ToolDefinition<In extends Schema, Out extends Schema, Deps> extends Described {
  readonly input: In;
  readonly output: Out;
  readonly hints: ToolHints;
  /**
   * Largest result in bytes of JSON; lists and texts of a larger one are cut in the middle, and all of it is kept behind a link. Where that
   * cannot be, it is a `LIMIT` error. Default: 100,000 (about 25k tokens).
   */
  readonly maxResultBytes?: number;
  /** Whether a result is of use only as a whole, so that a larger one is a `LIMIT` error and never cut. Default: false. */
  readonly isWhole?: boolean;
  /** Whether a set of answers completes one call only, so that a replay is refused. Default: false. */
  readonly singleUse?: boolean;
  /** Returns plain data, or `reply(...)`, or throws an AppError. */
  run(args: StandardSchemaWithJSON.InferOutput<In>, call: Call<Deps>): Promise<ToolResult<StandardSchemaWithJSON.InferInput<Out>>>;
}

/** What `run` returns. */
export type ToolResult<Data> = Data | Reply<Data>;

/** A tool as lists hold it. */
export type AnyTool<Deps> = ToolDefinition<Schema, Schema, Deps>;

/** One part of a resource. */
export interface ResourcePart {
  /** Default: the URI that was read. */
  readonly uri?: string;
  /** Default: the resource's own. */
  readonly mimeType?: string;
  /** Text, or bytes (sent as base64). */
  readonly content: string | Uint8Array;
  /** Sent as `_meta` of the part. */
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** One resource at a fixed URI. */
export interface ResourceDefinition<Deps> extends Described {
  readonly uri: string;
  readonly uriTemplate?: never;
  readonly mimeType: string;
  readonly cacheHint?: CacheHint;
  read(call: Call<Deps>): Promise<string | Uint8Array | readonly ResourcePart[]>;
}

/** An entry that a template contributes to `resources/list`. */
export interface ResourceEntry {
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
}

/** Suggests values for one argument; at most 100 are sent. `others` holds the arguments already chosen. */
export type Complete<Deps> = Completions<Deps>['suggest'];

/** A method, so that lists can hold completions of any `Deps`, as they hold tools. */
interface Completions<Deps> {
  suggest(value: string, call: Call<Deps>, others: Readonly<Record<string, string>>): Promise<readonly string[]>;
}

/** A family of resources (RFC 6570 template). */
export interface ResourceTemplateDefinition<Deps> extends Described {
  readonly uri?: never;
  /** With `{name}`, `{+name}` (also over slashes), `{/name}` and one trailing `{?a,b}`. */
  readonly uriTemplate: string;
  readonly mimeType: string;
  readonly cacheHint?: CacheHint;
  readonly complete?: Readonly<Record<string, Complete<Deps>>>;
  list?(call: Call<Deps>): Promise<readonly ResourceEntry[]>;
  read(variables: Readonly<Record<string, string>>, call: Call<Deps>): Promise<string | Uint8Array | readonly ResourcePart[]>;
}

/** A resource as lists hold it. */
export type AnyResource<Deps> = ResourceDefinition<Deps> | ResourceTemplateDefinition<Deps>;

/** One message of a prompt. */
export interface PromptTurn {
  readonly role: 'user' | 'assistant';
  readonly content:
    | string
    | { readonly kind: 'image' | 'audio'; readonly bytes: Uint8Array; readonly mimeType: string }
    | { readonly kind: 'embed'; readonly uri: string; readonly mimeType?: string; readonly content: string | Uint8Array };
}

/** One prompt. `input` is a zod object of strings (MCP prompt arguments are strings). */
export interface PromptDefinition<In extends Schema, Deps> extends Described {
  readonly input: In;
  readonly complete?: Readonly<Record<string, Complete<Deps>>>;
  render(args: StandardSchemaWithJSON.InferOutput<In>, call: Call<Deps>): Promise<string | readonly PromptTurn[]>;
}

/** A prompt as lists hold it. */
export type AnyPrompt<Deps> = PromptDefinition<Schema, Deps>;

/** The three functions of {@link createDefiners}, bound to one `Deps`. */
export interface Definers<Deps> {
  readonly defineTool: <In extends Schema, Out extends Schema>(tool: ToolDefinition<In, Out, Deps>) => ToolDefinition<In, Out, Deps>;
  readonly defineResource: <Resource extends AnyResource<Deps>>(resource: Resource) => Resource;
  readonly definePrompt: <In extends Schema>(prompt: PromptDefinition<In, Deps>) => PromptDefinition<In, Deps>;
}
