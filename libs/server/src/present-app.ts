import type { Implementation, McpServerOptions, ServerCapabilities } from '@modelcontextprotocol/server';
import type { Catalog } from './catalog/create-catalog.ts';
import type { ServerDefinition } from './define-server.ts';

/** How a server introduces itself (spec: basic/lifecycle). */
export function infoOf<Config, Deps>(app: ServerDefinition<Config, Deps>): Implementation {
  const { name, title, version, description, websiteUrl, icons } = app;
  return {
    name,
    title,
    version,
    description,
    ...(websiteUrl !== undefined && { websiteUrl }),
    ...(icons !== undefined && { icons: [...icons] }),
  };
}

/** What a server with this catalog can do. Tools are always there, also when `--tools` leaves none: their list is then empty. */
export function capabilitiesOf({ resources, templates, prompts }: Catalog): ServerCapabilities {
  const hasResources = resources.size > 0 || templates.length > 0;
  const hasCompletions = [...templates, ...prompts.values()].some(({ definition }) => definition.complete !== undefined);
  return {
    tools: { listChanged: true },
    ...(hasResources && { resources: { listChanged: true, subscribe: true } }),
    ...(prompts.size > 0 && { prompts: { listChanged: true } }),
    ...(hasCompletions && { completions: {} }),
    logging: {},
  };
}

const searchInstructions =
  'The tools are not listed: find them with search_tools, read their arguments with describe_tool, and call them with call_tool.';

const memoryInstructions =
  'For long work call open_memory first and pass its memoryId with every call: recall_memory then tells what was done.';

/** Instructions and cache hints; a list that depends on scopes is never public. */
export function optionsOf<Config, Deps>(
  { instructions, cacheHints = {} }: ServerDefinition<Config, Deps>,
  catalog: Catalog,
): Pick<McpServerOptions, 'instructions' | 'cacheHints'> {
  const entries = [...catalog.tools.values(), ...catalog.resources.values(), ...catalog.templates, ...catalog.prompts.values()];
  const isScoped = entries.some(({ subject }) => subject.scopes.length > 0);
  const hints = Object.entries(cacheHints).map(([list, { ttlMs, scope }]) => {
    const cacheScope = isScoped && list !== 'server/discover' ? 'private' : scope;
    return [list, { ttlMs, cacheScope }] as const;
  });
  return {
    instructions: [
      instructions,
      ...(catalog.searched === undefined ? [] : [searchInstructions]),
      ...(catalog.tools.has('open_memory') ? [memoryInstructions] : []),
    ].join(' '),
    cacheHints: Object.fromEntries(hints),
  };
}
