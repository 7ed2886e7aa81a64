/** A process that writes to a shared SQLite file without end, or loads one key behind the lock of Redis: `writer.ts write PATH`, `writer.ts load URL`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openRedis } from '@trellis-mcp/stores';
import { createTieredCache, memoryTier, openCacheSqlite, redisLock, redisTier, sqliteTier } from '../src/index.ts';

const [mode, place = ''] = process.argv.slice(2);
await (mode === 'write' ? write() : load());

async function write(): Promise<void> {
  const cache = createTieredCache({ tiers: [sqliteTier(await openCacheSqlite(place), { timeoutMs: 20_000 })], ttlMs: 600_000 });
  for (let index = 0; ; index += 1) {
    await cache.set(`${String(process.pid)}.${String(index)}`, { index, text: 'x'.repeat(2_000) }, { tags: ['all'] });
    process.stdout.write(`${String(index)}\n`);
  }
}

async function load(): Promise<void> {
  const redis = await openRedis(place);
  const cache = createTieredCache({ tiers: [memoryTier(), redisTier(redis, { timeoutMs: 20_000 })], lock: redisLock(redis) });
  process.stdout.write('open\n');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  const read = async (): Promise<unknown> => {
    await redis.command.incr('loads');
    await sleep(300);
    return { loadedBy: process.pid };
  };
  const answers = await Promise.all(Array.from({ length: 50 }, () => cache.getOrLoad('shared', read, { lock: true })));
  process.stdout.write(`${JSON.stringify([...new Set(answers)])}\n`);
  await cache.close();
  await redis.close();
  process.stdin.destroy();
}
