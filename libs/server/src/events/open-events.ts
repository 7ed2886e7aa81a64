import { InMemoryServerEventBus, type ServerEvent, type ServerEventBus } from '@modelcontextprotocol/server';
import type { Logger } from '@trellis-mcp/logging';
import type { RedisConnection } from '@trellis-mcp/stores';
import { createListenedUris, type ListenedUris } from './listened-uris.ts';
import { openRedisBus } from './open-redis-bus.ts';

/** Says that something changed; every client that listens hears it, on every transport and, with Redis, of every process. */
export interface Events {
  toolsChanged(): void;
  promptsChanged(): void;
  resourcesChanged(): void;
  resourceUpdated(uri: string): void;
}

/** {@link Events} together with the bus that transports listen on. */
export interface EventHub extends Events, ListenedUris {
  readonly bus: ServerEventBus;
  close(): Promise<void>;
}

/** What {@link openEvents} needs. */
export interface OpenEventsOptions {
  readonly log: Logger;
  /** Processes with the same name share events. */
  readonly name: string;
  readonly redis?: RedisConnection | undefined;
}

/**
 * Opens the event bus of a process. Publishing never throws and never waits. Closing leaves the Redis connection open.
 *
 * @throws AppError `UPSTREAM` when Redis does not take the subscription.
 */
export async function openEvents({ log, name, redis }: OpenEventsOptions): Promise<EventHub> {
  const local = createLocalBus(log);
  if (redis === undefined) return createHub(local, log, () => Promise.resolve());
  const bus = await openRedisBus({ redis, channel: `trellis:events:${name}`, local, log });
  return createHub(bus, log, () => bus.close());
}

/** A bus within this process; a listener that fails is logged and stops nobody else. */
export function createLocalBus(log: Logger): InMemoryServerEventBus {
  return new InMemoryServerEventBus((error) => {
    log.warn({ err: error }, 'event listener failed');
  });
}

/** Puts the facade over a bus. */
export function createHub(bus: ServerEventBus, log: Logger, close: () => Promise<void>): EventHub {
  const publish = (event: ServerEvent): void => {
    bus.publish(event);
  };
  return {
    bus,
    ...createListenedUris(log),
    toolsChanged: () => publish({ kind: 'tools_list_changed' }),
    promptsChanged: () => publish({ kind: 'prompts_list_changed' }),
    resourcesChanged: () => publish({ kind: 'resources_list_changed' }),
    resourceUpdated: (uri) => publish({ kind: 'resource_updated', uri }),
    close,
  };
}
