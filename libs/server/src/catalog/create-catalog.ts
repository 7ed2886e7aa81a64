import type { Prompt, Resource, ResourceTemplateType, Tool } from '@modelcontextprotocol/server';
import { createSearchTools } from '../builtin/search-tools.ts';
import { ToolSearch } from '../builtin/tool-search.ts';
import type { AnyPrompt, AnyTool, Described, ResourceDefinition, ResourceTemplateDefinition } from '../define.ts';
import { addMemoryArgument, takesMemoryId } from '../memory/memory-argument.ts';
import { deepFreeze, isJsonObject, type JsonObject } from '../schema/json.ts';
import { memoiseSchema, type MemoisedSchema } from '../schema/memoise-schema.ts';
import type { Subject, TaskKind } from '../run/task.ts';
import { parseUriTemplate, type UriTemplate } from './uri-template.ts';

/** A definition with everything that requests need, made once. */
export interface Entry<Definition, Item> {
  readonly definition: Definition;
  readonly subject: Subject;
  /** As lists show it; frozen. */
  readonly item: Item;
}

/** A tool of a {@link Catalog}. */
export interface ToolEntry extends Entry<AnyTool<unknown>, Tool> {
  readonly input: MemoisedSchema;
  readonly output: MemoisedSchema;
  readonly isDestructive: boolean;
  readonly maxResultBytes: number;
  /** Whether a `memoryId` among its arguments says where a call is noted. */
  readonly takesMemoryId: boolean;
  readonly isWhole: boolean;
}

/** A resource of a {@link Catalog}. */
export type ResourceItemEntry = Entry<ResourceDefinition<unknown>, Resource>;

/** A template of a {@link Catalog}. */
export interface TemplateEntry extends Entry<ResourceTemplateDefinition<unknown>, ResourceTemplateType> {
  readonly template: UriTemplate;
}

/** A prompt of a {@link Catalog}. */
export interface PromptEntry extends Entry<AnyPrompt<unknown>, Prompt> {
  readonly input: MemoisedSchema;
}

/** Everything a server offers, in the order of its lists. */
export interface Catalog {
  /** All that can be called. */
  readonly tools: ReadonlyMap<string, ToolEntry>;
  readonly listedTools: readonly ToolEntry[];
  /** What `search_tools` finds and `call_tool` calls; undefined without `--tool-search`. */
  readonly searched: ReadonlyMap<string, ToolEntry> | undefined;
  readonly resources: ReadonlyMap<string, ResourceItemEntry>;
  /** All that can be read. */
  readonly templates: readonly TemplateEntry[];
  readonly listedTemplates: readonly TemplateEntry[];
  readonly prompts: ReadonlyMap<string, PromptEntry>;
}

/** What {@link createCatalog} takes. */
export interface CatalogSource {
  /** Lists the tools of the search in place of all others. */
  readonly hasSearch: boolean;
  /** Lists also what the scopes of a caller do not allow. */
  readonly listAll?: boolean | undefined;
  /** The memory tools are among the tools, so that all others take a `memoryId`. */
  readonly hasMemory: boolean;
  readonly tools: readonly AnyTool<unknown>[];
  readonly resources: readonly ResourceDefinition<unknown>[];
  readonly templates: readonly ResourceTemplateDefinition<unknown>[];
  /** Read by whoever was given a URI, and in no list. */
  readonly hiddenTemplates: readonly ResourceTemplateDefinition<unknown>[];
  readonly prompts: readonly AnyPrompt<unknown>[];
}

const defaultTimeoutMs = 60_000;
const defaultMaxResultBytes = 100_000;

/** Makes every list item, schema and template once. */
export function createCatalog(source: CatalogSource): Catalog {
  const own = new Map(source.tools.map((tool) => [tool.name, toToolEntry(tool, source.hasMemory && takesMemoryId(tool))]));
  const search = source.hasSearch
    ? createSearchTools(new ToolSearch([...own.values()], source)).map((tool) => toToolEntry(tool, source.hasMemory))
    : undefined;
  const listedTemplates = source.templates.map(toTemplateEntry);
  return Object.freeze({
    tools: new Map([...own, ...(search ?? []).map((entry) => [entry.subject.name, entry] as const)]),
    listedTools: search ?? [...own.values()],
    searched: search && own,
    resources: new Map(source.resources.map((resource) => [resource.uri, toResourceEntry(resource)])),
    templates: [...listedTemplates, ...source.hiddenTemplates.map(toTemplateEntry)],
    listedTemplates,
    prompts: new Map(source.prompts.map((prompt) => [prompt.name, toPromptEntry(prompt)])),
  });
}

function toToolEntry(tool: AnyTool<unknown>, takesId: boolean): ToolEntry {
  const input = memoiseSchema(tool.input);
  const output = memoiseSchema(tool.output);
  const { readOnly, destructive = !readOnly, idempotent = readOnly, openWorld = false } = tool.hints;
  const annotations = { readOnlyHint: readOnly, destructiveHint: destructive, idempotentHint: idempotent, openWorldHint: openWorld };
  const item: Tool = {
    ...textsOf(tool),
    inputSchema: asObject(takesId ? addMemoryArgument(input.input) : input.input),
    outputSchema: asObject(output.output),
    annotations,
  };
  const { maxResultBytes = defaultMaxResultBytes, isWhole = false, singleUse = false } = tool;
  const subject = toSubject('tool', tool, singleUse);
  const limits = { maxResultBytes, isWhole, takesMemoryId: takesId };
  return Object.freeze({ definition: tool, subject, item: deepFreeze(item), input, output, isDestructive: destructive, ...limits });
}

function toResourceEntry(resource: ResourceDefinition<unknown>): ResourceItemEntry {
  const item = deepFreeze({ ...textsOf(resource), uri: resource.uri, mimeType: resource.mimeType });
  return Object.freeze({ definition: resource, subject: toSubject('resource', resource), item });
}

function toTemplateEntry(definition: ResourceTemplateDefinition<unknown>): TemplateEntry {
  const item = deepFreeze({ ...textsOf(definition), uriTemplate: definition.uriTemplate, mimeType: definition.mimeType });
  return Object.freeze({
    definition,
    subject: toSubject('resource', definition),
    item,
    template: parseUriTemplate(definition.uriTemplate),
  });
}

function toPromptEntry(prompt: AnyPrompt<unknown>): PromptEntry {
  const input = memoiseSchema(prompt.input);
  const item: Prompt = { ...textsOf(prompt), arguments: toPromptArguments(input.input) };
  return Object.freeze({ definition: prompt, subject: toSubject('prompt', prompt), item: deepFreeze(item), input });
}

function toPromptArguments(schema: JsonObject): NonNullable<Prompt['arguments']> {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(properties).map(([name, property]) => {
    const { title, description } = isJsonObject(property) ? property : {};
    return {
      name,
      ...(typeof title === 'string' && { title }),
      ...(typeof description === 'string' && { description }),
      required: required.includes(name),
    };
  });
}

function textsOf({
  name,
  title,
  description,
  icons,
}: Described): Pick<Tool, 'name' | 'title' | 'description' | 'icons'> & { name: string } {
  return { name, title, description, ...(icons !== undefined && { icons: structuredClone([...icons]) }) };
}

function toSubject(kind: TaskKind, { name, scopes = [], timeoutMs = defaultTimeoutMs }: Described, singleUse = false): Subject {
  return Object.freeze({ kind, name, scopes: Object.freeze([...new Set(scopes)]), timeoutMs, singleUse });
}

/** The root is an object: definitions are checked for it, and `protocol` rules leave it to the author. */
function asObject(schema: JsonObject): Tool['inputSchema'] {
  return { ...schema, type: 'object' };
}
