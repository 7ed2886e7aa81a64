import { randomBytes } from 'node:crypto';
import type { RedisConnection } from '@trellis-mcp/stores';
import type { FlightLock } from './flight-lock.ts';
import { redisPrefix } from './redis-prefix.ts';

/** How a {@link redisLock} holds. */
export interface RedisLockOptions {
  /** Longest time a process that died keeps others waiting, in milliseconds; a load that takes longer may run twice. Default 10,000. */
  ttlMs?: number;
}

const releaseScript = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** Makes the lock of processes that share a Redis. */
export function redisLock(redis: RedisConnection, { ttlMs = 10_000 }: RedisLockOptions = {}): FlightLock {
  return {
    ttlMs,
    async acquire(namespace, key) {
      const place = `${redisPrefix(namespace)}l${key}`;
      const token = randomBytes(12).toString('base64url');
      if ((await redis.run((command) => command.set(place, token, 'PX', ttlMs, 'NX'))) === null) return undefined;
      return {
        async release() {
          await redis.run((command) => command.eval(releaseScript, 1, place, token));
        },
      };
    },
  };
}
