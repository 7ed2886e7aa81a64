import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openRedis } from '@trellis-mcp/stores';
import { spawnProbe, startRedis, type TestInstance } from '@trellis-mcp/test-services';
import { createTieredCache } from './create-tiered-cache.ts';
import { redisLock } from './redis-lock.ts';
import { redisTier } from './redis-tier.ts';

let server: TestInstance;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

it('lets one of several processes load, and gives its value to all', async () => {
  await using redis = await openRedis(server.url);
  const args = ['--conditions=@trellis-mcp/source', `${import.meta.dirname}/../test/writer.ts`, 'load', server.url];
  const probes = await Promise.all(Array.from({ length: 4 }, () => spawnProbe(process.execPath, args)));
  try {
    await Promise.all(probes.map((probe) => probe.waitForStdout('open', 30_000)));
    for (const probe of probes) probe.stdin.write('go\n');
    await Promise.all(probes.map((probe) => probe.exit));
    expect(await redis.command.get('loads')).toBe('1');
    expect(new Set(probes.map((probe) => probe.stdoutLines.at(-1))).size).toBe(1);
    expect(probes.map((probe) => probe.stderr).join('')).toBe('');
  } finally {
    await Promise.all(probes.map((probe) => probe.stop()));
  }
});

it('waits for a holder that died no longer than its lease, and leaves nothing behind', async () => {
  await using redis = await openRedis(server.url);
  const lock = redisLock(redis, { ttlMs: 300 });
  await using cache = createTieredCache({ tiers: [redisTier(redis, { timeoutMs: 10_000 })], lock });
  const began = performance.now();
  await lock.acquire('cache', 'k');
  expect(await cache.getOrLoad('k', () => Promise.resolve(1), { lock: true })).toBe(1);
  expect(performance.now() - began).toBeGreaterThan(200);
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(await redis.command.exists('trellis:cache:lk')).toBe(0);
});

it('does not release the lease of another', async () => {
  await using redis = await openRedis(server.url);
  const lock = redisLock(redis, { ttlMs: 50 });
  const late = await lock.acquire('cache', 'x');
  await new Promise((resolve) => setTimeout(resolve, 80));
  expect(await redisLock(redis).acquire('cache', 'x')).toBeDefined();
  await late?.release();
  expect(await lock.acquire('cache', 'x')).toBeUndefined();
});
