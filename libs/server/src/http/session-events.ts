import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server';

interface StoredEvent {
  readonly id: number;
  readonly streamId: string;
  readonly message: JSONRPCMessage;
  readonly bytes: number;
}

/** Bounds of {@link createSessionEvents}. */
export interface SessionEventLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/**
 * The events of one session, so that a client that lost its stream can resume it (spec 2025-11-25: resumability). One store per session:
 * the id of the standalone stream is the same constant in all of them. The oldest events go first.
 */
export function createSessionEvents({ maxEvents, maxBytes }: SessionEventLimits): EventStore {
  const events: StoredEvent[] = [];
  let total = 0;
  let lastId = 0;

  const find = (eventId: string): StoredEvent | undefined => events.find(({ id }) => String(id) === eventId);

  return {
    storeEvent(streamId, message) {
      const bytes = Buffer.byteLength(JSON.stringify(message));
      lastId += 1;
      events.push({ id: lastId, streamId, message, bytes });
      total += bytes;
      while (events.length > 1 && (events.length > maxEvents || total > maxBytes)) {
        total -= events.shift()?.bytes ?? 0;
      }
      return Promise.resolve(String(lastId));
    },
    getStreamIdForEventId(eventId) {
      return Promise.resolve(find(eventId)?.streamId);
    },
    async replayEventsAfter(lastEventId, { send }) {
      const last = find(lastEventId);
      if (last === undefined) {
        throw new Error('The event to resume after is not kept any more.');
      }
      const missed = events.filter((event) => event.id > last.id && event.streamId === last.streamId);
      for (const { id, message } of missed) {
        if (Object.keys(message).length > 0) {
          await send(String(id), message);
        }
      }
      return last.streamId;
    },
  };
}
