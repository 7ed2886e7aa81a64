import type { Implementation, McpServerOptions, ServerCapabilities, ServerContext, Tool } from '@modelcontextprotocol/server';
import { maxRounds } from './ask/round.ts';
import type { Catalog } from './catalog/create-catalog.ts';
import { connectEvents } from './connect-events.ts';
import type { CreateServer } from './connection.ts';
import type { EventHub } from './events/open-events.ts';
import type { Frame } from './frame.ts';
import { callParams } from './handle/call-params.ts';
import { callTool } from './handle/call-tool.ts';
import { complete } from './handle/complete.ts';
import { getPrompt } from './handle/get-prompt.ts';
import { readResource } from './handle/read-resource.ts';
import { listTemplateEntries } from './lists/list-resources.ts';
import { listParams } from './lists/list-params.ts';
import { paginate } from './lists/paginate.ts';
import { createVisibleList, type Scoped } from './lists/visible.ts';
import type { Principal } from './principal.ts';
import type { Peer } from './run/task.ts';
import { TrellisServer } from './trellis-server.ts';

/** What every server of a runtime is made from, made once. */
export interface ServerParts {
  readonly frame: Frame;
  readonly catalog: Catalog;
  /** As `tools/list` shows them; a promise while they are fitted to a budget. */
  readonly listedTools: readonly Scoped<Tool>[] | Promise<readonly Scoped<Tool>[]>;
  readonly hub: EventHub;
  readonly info: Implementation;
  readonly options: Pick<McpServerOptions, 'instructions' | 'cacheHints'>;
  readonly capabilities: ServerCapabilities;
}

/** What `input_required` may cost on 2025-era connections; a user may think for ten minutes a question. */
const inputRequired = { maxRounds, roundTimeoutMs: 600_000 };

/** Makes the function that transports call for every request (HTTP) or connection: it builds nothing but the SDK's own objects. */
export function createServerFactory(parts: ServerParts): CreateServer {
  const lists = createLists(parts);
  const lasting = { ...parts.options, inputRequired, capabilities: parts.capabilities };
  const stateless = { ...lasting, capabilities: withoutEvents(parts.capabilities) };
  return (connection) => {
    const isStateless = connection.era === 'legacy' && connection.transport === 'http';
    const server = new TrellisServer(parts.info, isStateless ? stateless : lasting, parts.catalog);
    const peer = { server, connection };
    if (parts.capabilities.tools) handleTools(peer, parts, lists);
    if (parts.capabilities.resources) handleResources(peer, parts, lists);
    if (parts.capabilities.prompts) handlePrompts(peer, parts, lists);
    if (parts.capabilities.completions) handleCompletions(peer, parts);
    if (connection.transport !== 'http') connectEvents(server, { ...parts, connection });
    return server;
  };
}

type Lists = ReturnType<typeof createLists>;

function createLists({ frame, listedTools, catalog: { resources, listedTemplates, prompts } }: ServerParts) {
  const list = <Item>(entries: Iterable<Scoped<Item>>) => createVisibleList(entries, frame.host.config);
  return {
    tools: listedTools instanceof Promise ? listedTools.then(list<Tool>) : list(listedTools),
    resources: list(resources.values()),
    templates: list(listedTemplates),
    prompts: list(prompts.values()),
  };
}

/** In a session each request is made for whom its own token names, and for what that allows. */
function peerOf(peer: Peer, { http }: ServerContext): Peer {
  const { server, connection } = peer;
  if (connection.callerOf === undefined) return peer;
  const principal = (http?.req && connection.callerOf(http.req)) ?? connection.principal;
  return { server, connection: { ...connection, principal } };
}

function handleTools(peer: Peer, { frame, catalog }: ServerParts, lists: Lists): void {
  const { server } = peer.server;
  const page = pager(peer, frame, 'tools/list');
  server.setRequestHandler('tools/list', { params: listParams }, ({ cursor }, ctx) => {
    const answer = (visible: Awaited<Lists['tools']>) => {
      const { items, ...rest } = page(visible, cursor, ctx);
      return { tools: [...items], ...rest };
    };
    return lists.tools instanceof Promise ? lists.tools.then(answer) : answer(lists.tools);
  });
  server.setRequestHandler('tools/call', { params: callParams }, (params, ctx) =>
    callTool(catalog, { frame, peer: peerOf(peer, ctx), ctx, params }),
  );
}

function handleResources(peer: Peer, { frame, catalog }: ServerParts, lists: Lists): void {
  const { server } = peer.server;
  const page = pager(peer, frame, 'resources/list');
  const templatePage = pager(peer, frame, 'resources/templates/list');
  server.setRequestHandler('resources/list', { params: listParams }, async ({ cursor }, ctx) => {
    const listed = await listTemplateEntries(catalog.templates, { frame, peer: peerOf(peer, ctx), ctx });
    const { items, ...rest } = page((principal) => [...lists.resources(principal), ...listed], cursor, ctx);
    return { resources: [...items], ...rest };
  });
  server.setRequestHandler('resources/templates/list', { params: listParams }, ({ cursor }, ctx) => {
    const { items, ...rest } = templatePage(lists.templates, cursor, ctx);
    return { resourceTemplates: [...items], ...rest };
  });
  server.setRequestHandler('resources/read', (request, ctx) => readResource(catalog, { frame, peer: peerOf(peer, ctx), ctx, request }));
}

function handlePrompts(peer: Peer, { frame, catalog }: ServerParts, lists: Lists): void {
  const { server } = peer.server;
  const page = pager(peer, frame, 'prompts/list');
  server.setRequestHandler('prompts/list', { params: listParams }, ({ cursor }, ctx) => {
    const { items, ...rest } = page(lists.prompts, cursor, ctx);
    return { prompts: [...items], ...rest };
  });
  server.setRequestHandler('prompts/get', (request, ctx) => getPrompt(catalog.prompts, { frame, peer: peerOf(peer, ctx), ctx, request }));
}

function handleCompletions(peer: Peer, { frame, catalog }: ServerParts): void {
  peer.server.server.setRequestHandler('completion/complete', (request, ctx) =>
    complete(catalog, { frame, peer: peerOf(peer, ctx), ctx, request }),
  );
}

function pager(peer: Peer, { sealer }: Frame, list: string) {
  return <Item>(visible: (principal: Principal) => readonly Item[], cursor: string | undefined, ctx: ServerContext) => {
    const { principal } = peerOf(peer, ctx).connection;
    return paginate(visible(principal), { cursor, list, principal, sealer });
  };
}

/** A request that stands alone cannot be told of changes later. */
function withoutEvents({ tools, resources, prompts, ...rest }: ServerCapabilities): ServerCapabilities {
  const none = { listChanged: false };
  return { ...rest, ...(tools && { tools: none }), ...(resources && { resources: none }), ...(prompts && { prompts: none }) };
}
