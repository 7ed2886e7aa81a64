import type { RedisConnection } from '@trellis-mcp/stores';
import { redisPrefix } from './redis-prefix.ts';

/** One invalidation in the log. */
export interface LogEntry {
  /** Grows with every entry. */
  position: string;
  /** The position before it, empty for the first. */
  previous: string;
  /** Who appended it. */
  origin: string;
  names: readonly string[];
}

/** Where a log lies and who writes to it. */
export interface InvalidationLogOptions {
  namespace: string;
  origin: string;
  maxLogEntries: number;
}

/** Appends and publishes in one step, so that what is heard comes in the order of the log; who missed one sees it by the position before. */
const appendScript = `
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local previous = last[1] and last[1][1] or ''
local position = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'origin', ARGV[1], 'names', ARGV[2])
redis.call('PUBLISH', KEYS[2], position .. ' ' .. previous .. ' ' .. ARGV[1] .. ' ' .. ARGV[2])
return position`;

const pageSize = 1_000;

/** What a bus does with the log of one cache. */
export interface InvalidationLog {
  /** Where entries are published. */
  channel: string;
  append(names: readonly string[]): Promise<void>;
  /** The entry at a position, when it is still there, and what follows it: a page. */
  readFrom(position: string): Promise<LogEntry[]>;
  /** The last position; an empty log gets a first entry. */
  last(): Promise<string>;
  /** Reads what was published. */
  parse(text: string): LogEntry;
}

/** Opens the log of a cache in Redis. */
export function openInvalidationLog(redis: RedisConnection, { namespace, origin, maxLogEntries }: InvalidationLogOptions): InvalidationLog {
  const place = `${redisPrefix(namespace)}log`;
  const channel = `${redisPrefix(namespace)}bus`;
  const append = (names: readonly string[]): Promise<unknown> =>
    redis.run((command) => command.eval(appendScript, 2, place, channel, origin, JSON.stringify(names), maxLogEntries));
  return {
    channel,
    async append(names) {
      await append(names);
    },
    async readFrom(position) {
      const page = await redis.run((command) => command.xrange(place, position, '+', 'COUNT', pageSize));
      return page.map(([id, [, by = '', , names = '']], index) => {
        const previous = page[index - 1]?.[0] ?? '';
        return { position: id, previous, origin: by, names: parseNames(names) };
      });
    },
    async last() {
      const [latest] = await redis.run((command) => command.xrevrange(place, '+', '-', 'COUNT', 1));
      return latest ? latest[0] : String(await append([]));
    },
    parse(text) {
      const [position = '', previous = '', by = ''] = text.split(' ', 3);
      return { position, previous, origin: by, names: parseNames(text.slice(position.length + previous.length + by.length + 3)) };
    },
  };
}

/** Compares two positions by time, then by number: negative when the first is earlier. */
export function comparePositions(a: string, b: string): number {
  const [timeA = 0, countA = 0] = a.split('-').map(Number);
  const [timeB = 0, countB = 0] = b.split('-').map(Number);
  return timeA - timeB || countA - countB;
}

function parseNames(text: string): string[] {
  try {
    const names: unknown = JSON.parse(text);
    return Array.isArray(names) ? names.map(String) : [];
  } catch {
    return [];
  }
}
