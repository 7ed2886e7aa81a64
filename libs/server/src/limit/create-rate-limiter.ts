import { createHash } from 'node:crypto';
import { AppError } from '@trellis-mcp/errors';
import type { RateLimiterAbstract, RateLimiterMemory } from 'rate-limiter-flexible';
import type { RuntimeHost } from '../frame.ts';
import { ownerKey, type Principal } from '../principal.ts';
import type { Subject } from '../run/task.ts';
import { RecentKeys } from './recent-keys.ts';
import type { Rate, Rates } from './parse-rates.ts';

/** Counts what callers do. */
export interface RateLimiter {
  /** Counts one call. @throws AppError `LIMIT`, with `retryAfterMs`, when the caller has made too many. */
  take(principal: Principal, subject: Subject): Promise<void>;
}

type Host = Pick<RuntimeHost, 'redis' | 'log'>;

/** Callers and tools that one process counts at the same time; the one that was not seen for longest is forgotten. */
const maxKeys = 10_000;

/**
 * Makes the limiter of `--rate-limit`: one count per caller and tool, for all processes of a Redis, else for this one. While Redis is away each
 * process counts for itself. The library is loaded at the first call.
 */
export function createRateLimiter({ general, byTool }: Rates, host: Host): RateLimiter {
  const rates = new Map([...byTool].map(([name, rate]) => [`tool ${name}`, rate]));
  const limiters = new Map<Rate, Promise<RateLimiterAbstract>>();
  const find = (rate: Rate): Promise<RateLimiterAbstract> => {
    const known = limiters.get(rate);
    if (known !== undefined) return known;
    const made = openLimiter(rate, host);
    limiters.set(rate, made);
    return made;
  };
  return {
    async take(principal, { kind, name }) {
      const rate = rates.get(`${kind} ${name}`) ?? general;
      if (rate === undefined) return;
      const limiter = await find(rate);
      try {
        await limiter.consume(keyOf(principal, `${kind} ${name}`));
      } catch (refusal) {
        throw explain(refusal, { rate, name });
      }
    },
  };
}

async function openLimiter({ points, seconds }: Rate, { redis }: Host): Promise<RateLimiterAbstract> {
  const { RateLimiterMemory, RateLimiterRedis } = await import('rate-limiter-flexible');
  const memory = boundKeys(new RateLimiterMemory({ points, duration: seconds }));
  if (redis === undefined) return memory;
  return new RateLimiterRedis({
    storeClient: redis.command,
    keyPrefix: `trellis-rate:${points}/${seconds}`,
    points,
    duration: seconds,
    rejectIfRedisNotReady: true,
    inMemoryBlockOnConsumed: points,
    insuranceLimiter: memory,
  });
}

/** The library keeps a key until its time is up, however many there are. */
function boundKeys(limiter: RateLimiterMemory): RateLimiterMemory {
  const recent = new RecentKeys(maxKeys);
  const consume = limiter.consume.bind(limiter);
  limiter.consume = (key, ...rest) => {
    const oldest = recent.note(String(key));
    if (oldest !== undefined) void limiter.delete(oldest);
    return consume(key, ...rest);
  };
  return limiter;
}

/** Short, whatever an issuer calls its users. */
function keyOf(principal: Principal, what: string): string {
  return createHash('sha256')
    .update(JSON.stringify([ownerKey(principal), what]))
    .digest('base64url');
}

function explain(refusal: unknown, { rate, name }: { rate: Rate; name: string }): unknown {
  if (typeof refusal !== 'object' || refusal === null || !('msBeforeNext' in refusal)) return refusal;
  const retryAfterMs = Math.max(1, Math.ceil(Number(refusal.msBeforeNext)));
  const period = rate.seconds === 1 ? 'a second' : rate.seconds === 60 ? 'a minute' : 'an hour';
  return new AppError('LIMIT', `More than ${rate.points} calls of ${name} in ${period}.`, {
    hint: `Wait ${retryAfterMs} ms, then call again.`,
    retryable: true,
    retryAfterMs,
    details: { limit: rate.points, periodMs: rate.seconds * 1_000 },
  });
}
