import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, isAppError } from '@trellis-mcp/errors';
import type { RedisConnection } from '@trellis-mcp/stores';
import type { BusConnection, BusListener, InvalidationBus } from './invalidation-bus.ts';
import { openInvalidationLog, type InvalidationLog, type LogEntry } from './invalidation-log.ts';
import { createPlace } from './log-place.ts';

/** How a {@link redisBus} works. */
export interface RedisBusOptions {
  /** How many invalidations are kept for nodes that were away; who missed more starts with empty tiers of its own. Default 10,000. */
  maxLogEntries?: number;
  /** How often the log is compared with what was heard, in milliseconds. Default 5,000. */
  checkMs?: number;
}

const maxStartMs = 1_000;
const maxCloseMs = 500;
const maxWaiting = 10_000;

/**
 * Makes the bus of processes that share a Redis: every invalidation is appended to a log (a stream) and published in one step. Who was
 * disconnected, or not running, reads the log from where it stood; who finds its place no longer there drops what only it has.
 */
export function redisBus(redis: RedisConnection, { maxLogEntries = 10_000, checkMs = 5_000 }: RedisBusOptions = {}): InvalidationBus {
  return {
    open: (namespace, listener) => openConnection(redis, { namespace, listener, maxLogEntries, checkMs }),
  };
}

interface ConnectionOptions extends Required<RedisBusOptions> {
  namespace: string;
  listener: BusListener;
}

function openConnection(redis: RedisConnection, options: ConnectionOptions): BusConnection {
  const { listener, checkMs } = options;
  const origin = randomBytes(9).toString('base64url');
  const log = openInvalidationLog(redis, { origin, ...options });
  const reader = createReader(log, listener, origin);
  const { subscriber } = redis;
  const hear = (channel: string, text: string): void => {
    if (channel === log.channel) reader.hear(text);
  };
  const follow = async (): Promise<void> => {
    try {
      // Also after a reconnect, at which the client subscribes again by itself: what is published from here on is heard.
      await subscriber.subscribe(log.channel);
      await reader.catchUp();
    } catch (failure) {
      listener.onError(toAppError(failure));
    }
  };
  const onReady = (): void => void follow();
  subscriber.on('message', hear);
  subscriber.on('ready', onReady);
  const timer = setInterval(onReady, checkMs).unref();
  return {
    ready: Promise.race([follow(), sleep(maxStartMs, undefined, { ref: false })]),
    position: () => reader.position(),
    publish: (names) => log.append(names),
    async close() {
      clearInterval(timer);
      // The subscription stays: another cache of this process may have the same.
      subscriber.off('message', hear);
      subscriber.off('ready', onReady);
      const closed = reader.close().catch((failure: unknown) => listener.onError(toAppError(failure)));
      await Promise.race([closed, sleep(maxCloseMs, undefined, { ref: false })]);
    },
  };
}

interface Reader {
  hear(text: string): void;
  /** Reads what was missed; rejects when it cannot. */
  catchUp(): Promise<void>;
  position(): string | undefined;
  close(): Promise<void>;
}

/** Applies the log in its order. What is heard while it catches up, or while a slow tier is told, waits in a list. */
function createReader(log: InvalidationLog, listener: BusListener, origin: string): Reader {
  const place = createPlace(log, listener, origin);
  let waiting: LogEntry[] = [];
  let working: Promise<void> | undefined;
  let isBehind = false;
  let isClosed = false;
  const drain = async (): Promise<void> => {
    while ((waiting.length > 0 || isBehind) && !isClosed) {
      if (isBehind) await place.readMissed();
      isBehind = false;
      const entries = waiting;
      waiting = [];
      await place.apply(entries);
    }
  };
  const work = (step: () => Promise<void>): Promise<void> => {
    const next = (working ?? Promise.resolve()).then(step);
    const settled = next
      .then(drain, drain)
      .catch((failure: unknown) => listener.onError(toAppError(failure)))
      .finally(() => {
        if (working === settled) working = undefined;
      });
    working = settled;
    return next;
  };
  return {
    hear(text) {
      const entry = log.parse(text);
      if (entry.origin !== origin) listener.drop(entry.names);
      waiting.push(entry);
      // Faster than it can be applied: the rest is read from the log.
      if (waiting.length > maxWaiting) {
        waiting = [];
        isBehind = true;
      }
      if (!working) void work(() => Promise.resolve());
    },
    catchUp: () => (isClosed ? Promise.resolve() : work(() => place.readMissed())),
    position: () => place.position(),
    async close() {
      isClosed = true;
      await working;
      // Else a later process would take what this one set last for old.
      if (place.position() !== undefined) await place.readMissed();
    },
  };
}

function toAppError(failure: unknown): AppError {
  return isAppError(failure) ? failure : new AppError('UPSTREAM', 'The cache could not use its bus.', { cause: failure, retryable: true });
}
