import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';
import type { Logger } from '@trellis-mcp/logging';
import type { RedisConnection } from '@trellis-mcp/stores';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';

/** What {@link openRedisBus} joins. */
export interface RedisBusOptions {
  readonly redis: RedisConnection;
  readonly channel: string;
  /** Hears every event of every process. */
  readonly local: ServerEventBus;
  readonly log: Logger;
}

/** A bus over several processes. */
export interface RedisBus extends ServerEventBus {
  close(): Promise<void>;
}

const envelope = z.object({
  node: z.string(),
  event: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('tools_list_changed') }),
    z.object({ kind: z.literal('prompts_list_changed') }),
    z.object({ kind: z.literal('resources_list_changed') }),
    z.object({ kind: z.literal('resource_updated'), uri: z.string().max(8192) }),
  ]),
});
const missed: readonly ServerEvent[] = [
  { kind: 'tools_list_changed' },
  { kind: 'prompts_list_changed' },
  { kind: 'resources_list_changed' },
];

/**
 * Joins the buses of all processes over Redis pub/sub. Publishing reaches this process at once and the others when Redis can; what was sent
 * while it was away is lost, so after a reconnect every list counts as changed.
 */
export async function openRedisBus({ redis, channel, local, log }: RedisBusOptions): Promise<RedisBus> {
  const node = randomUUID();
  const { subscriber } = redis;
  const onMessage = (from: string, text: string): void => {
    const message = from === channel ? parse(text) : undefined;
    if (message !== undefined && message.node !== node) local.publish(message.event);
  };
  const onReconnect = (): void => {
    subscriber.subscribe(channel).then(
      () => {
        for (const event of missed) local.publish(event);
      },
      (error: unknown) => {
        log.warn({ err: error }, 'Events of other processes are not heard.');
      },
    );
  };
  subscriber.on('message', onMessage);
  await subscriber.subscribe(channel);
  subscriber.on('ready', onReconnect);
  return {
    publish(event) {
      local.publish(event);
      redis
        .run((command) => command.publish(channel, JSON.stringify({ node, event })))
        .catch((error: unknown) => {
          log.warn({ err: error, event: event.kind }, 'Other processes do not hear of an event.');
        });
    },
    subscribe: (listener) => local.subscribe(listener),
    async close() {
      subscriber.off('message', onMessage).off('ready', onReconnect);
      if (subscriber.status === 'ready') await subscriber.unsubscribe(channel);
    },
  };
}

function parse(text: string): z.output<typeof envelope> | undefined {
  try {
    return envelope.safeParse(JSON.parse(text)).data;
  } catch {
    // Somebody else writes to the channel; what is not ours is not heard.
    return undefined;
  }
}
