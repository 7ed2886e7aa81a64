import { ProtocolError, ProtocolErrorCode, type McpServer, type ServerCapabilities, type ServerEvent } from '@modelcontextprotocol/server';
import type { Catalog } from './catalog/create-catalog.ts';
import type { Connection } from './connection.ts';
import type { Frame } from './frame.ts';
import { findResource } from './handle/read-resource.ts';
import { isExpired, missingScopes } from './principal.ts';
import { toProtocolError } from './run/error-result.ts';
import { AppError } from '@trellis-mcp/errors';
import type { EventHub } from './events/open-events.ts';

/** What {@link connectEvents} joins. */
export interface ConnectEventsOptions {
  readonly frame: Frame;
  readonly hub: EventHub;
  readonly catalog: Catalog;
  readonly capabilities: ServerCapabilities;
  readonly connection: Connection;
}

const maxSubscriptions = 1000;
/** Characters of all URIs that one connection subscribes to: a template may fit URIs of any length. */
const maxUrisLength = 256 * 1024;

/**
 * Sends change events to the client of a connection that lasts: everything that a modern client listens for (the SDK filters), and to a
 * 2025-era client list changes and the resources it subscribed to. Ends with the connection; whoever sets `onclose` later must chain it.
 */
export function connectEvents(server: McpServer, options: ConnectEventsOptions): void {
  const { hub, connection, frame } = options;
  const subscribed = connection.era === 'legacy' ? handleSubscriptions(server, options) : undefined;
  const leaveUris = (): void => {
    for (const release of subscribed?.values() ?? []) release();
  };
  const leave = hub.bus.subscribe((event) => {
    if (isExpired(connection.principal, frame.host.now())) return;
    forward(server, event, { ...options, subscribed })?.catch((error: unknown) => {
      frame.host.log.debug({ err: error, event: event.kind }, 'event not sent to the client');
    });
  });
  const { server: protocol } = server;
  const previous = protocol.onclose;
  protocol.onclose = () => {
    leave();
    leaveUris();
    previous?.();
  };
}

function forward(
  { server }: McpServer,
  event: ServerEvent,
  { capabilities, catalog, connection, subscribed }: ConnectEventsOptions & { subscribed: ReadonlyMap<string, unknown> | undefined },
): Promise<void> | undefined {
  switch (event.kind) {
    case 'tools_list_changed':
      return capabilities.tools && server.sendToolListChanged();
    case 'prompts_list_changed':
      return capabilities.prompts && server.sendPromptListChanged();
    case 'resources_list_changed':
      return capabilities.resources && server.sendResourceListChanged();
    case 'resource_updated': {
      const isWanted = subscribed === undefined || subscribed.has(event.uri);
      if (!capabilities.resources || !isWanted) return undefined;
      const found = findResource(catalog, event.uri);
      const isAllowed = missingScopes(connection.principal, found?.entry.subject.scopes ?? []).length === 0;
      return isAllowed ? server.sendResourceUpdated({ uri: event.uri }) : undefined;
    }
  }
}

/** What a connection subscribed to, and how it leaves each. */
type Subscribed = ReadonlyMap<string, () => void>;

/** Sets `resources/subscribe` and `resources/unsubscribe`; returns the live URIs, at most 1,000 of 256 KiB together. */
function handleSubscriptions({ server }: McpServer, { catalog, connection, hub, frame }: ConnectEventsOptions): Subscribed {
  const uris = new Map<string, () => void>();
  server.setRequestHandler('resources/subscribe', ({ params: { uri } }) => {
    const found = findResource(catalog, uri);
    if (found === undefined) throw toProtocolError(new AppError('NOT_FOUND', `Resource not found: ${uri.slice(0, 2000)}`), uri);
    const missing = missingScopes(connection.principal, found.entry.subject.scopes);
    if (missing.length > 0) {
      const denied = new AppError('DENIED', `The caller lacks the scope ${missing.join(', ')}.`);
      frame.host.log.warn({ reason: 'scope', principal: connection.principal.id }, denied.message);
      throw toProtocolError(denied, uri);
    }
    if (uris.has(uri)) return {};
    assertRoom(uris, uri);
    uris.set(uri, hub.hold([uri]));
    return {};
  });
  server.setRequestHandler('resources/unsubscribe', ({ params: { uri } }) => {
    uris.get(uri)?.();
    uris.delete(uri);
    return {};
  });
  return uris;
}

function assertRoom(uris: Subscribed, uri: string): void {
  if (uris.size >= maxSubscriptions) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `At most ${maxSubscriptions} resources can be subscribed to.`);
  }
  if ([...uris.keys()].reduce((sum, { length }) => sum + length, uri.length) > maxUrisLength) {
    const message = `The resources subscribed to may have ${maxUrisLength} characters of URIs together.`;
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, message);
  }
}
