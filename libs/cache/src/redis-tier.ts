import type { RedisConnection } from '@trellis-mcp/stores';
import type { StoreTier, TierContext, TierStore } from './cache-tier.ts';
import { redisPrefix } from './redis-prefix.ts';

/** How a {@link redisTier} is used. */
export interface RedisTierOptions {
  /** Shown in reports and statistics. Default `redis`. */
  name?: string;
  /** Longest wait for one command, in milliseconds; then the tier is skipped. Default 250. */
  timeoutMs?: number;
}

/** Writes only while the same record lies there, and while the log ends where the writer has read it to. */
const swapScript = `
if redis.call('GETRANGE', KEYS[1], 2, 17) ~= ARGV[2] then return 0 end
if ARGV[4] ~= '' then
  local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)
  if not last[1] or last[1][1] ~= ARGV[4] then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
for index = 3, #KEYS do
  local left = redis.call('PTTL', KEYS[index])
  if left >= 0 and left < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[index], ARGV[3]) end
end
return 1`;

const putScript = `for index = 1, #KEYS do redis.call('SET', KEYS[index], ARGV[index + 1], 'PX', ARGV[1]) end`;

const scanCount = 1_000;

/** Makes a tier that every process with the same Redis shares; a hit is one command. */
export function redisTier(redis: RedisConnection, { name = 'redis', timeoutMs = 250 }: RedisTierOptions = {}): StoreTier {
  return { kind: 'store', name, scope: 'shared', timeoutMs, open: (context) => openRedisStore(redis, context) };
}

/** The breaker of the cache stands in front already, so that the commands go without that of the connection. */
function openRedisStore({ command }: RedisConnection, { namespace }: TierContext): TierStore {
  const prefix = redisPrefix(namespace);
  const place = (name: string): string => prefix + name;
  return {
    readOne: (name) => command.getBuffer(prefix + name),
    read(names) {
      return command.mget(names.map(place)).then((raws) => raws.map((raw) => raw ?? undefined));
    },
    async swap(name, record, { expectedId, keepMs, keepAlive, position = '' }) {
      const keys = [place(name), place('log'), ...keepAlive.map(place)];
      const args = [record, expectedId, Math.ceil(keepMs), position];
      return (await command.eval(swapScript, keys.length, ...keys, ...args)) === 1;
    },
    async put(records, keepMs) {
      const keys = records.map(([name]) => place(name));
      await command.eval(putScript, keys.length, ...keys, Math.ceil(keepMs), ...records.map(([, record]) => record));
    },
    async clear() {
      let cursor = '0';
      do {
        const [next, found] = await command.scan(cursor, 'MATCH', `${prefix}[kt]*`, 'COUNT', scanCount);
        if (found.length > 0) await command.unlink(...found);
        cursor = next;
      } while (cursor !== '0');
    },
  };
}
