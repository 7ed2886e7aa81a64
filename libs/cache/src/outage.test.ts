import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openRedis } from '@trellis-mcp/stores';
import { recordMeasurement, startRedis, type TestInstance, until } from '@trellis-mcp/test-services';
import { medianHit } from '../test/median-hit.ts';
import { startLoad } from '../test/start-load.ts';
import { createTieredCache } from './create-tiered-cache.ts';
import { memoryTier } from './memory-tier.ts';
import { redisBus } from './redis-bus.ts';
import { redisLock } from './redis-lock.ts';
import { redisTier } from './redis-tier.ts';
import type { CacheErrorReport, TieredCache } from './tiered-cache.ts';

/** A busy machine must not look like a broken tier. */
const patient = { timeoutMs: 10_000 };
let server: TestInstance;
beforeAll(async () => {
  server = await startRedis({ isDurable: true });
});
afterAll(() => server.stop());

it.each(['killed', 'paused'])(
  'answers every call while Redis is %s under load, at the speed of memory, and uses it again afterwards',
  async (how) => {
    await using redis = await openRedis(server.url, { commandTimeoutMs: 2_000 });
    const reports: CacheErrorReport[] = [];
    await using cache = createTieredCache({
      name: how,
      tiers: [memoryTier(), redisTier(redis, { timeoutMs: 100 })],
      bus: redisBus(redis),
      lock: redisLock(redis),
      onError: (report) => reports.push(report),
    });
    await cache.set('hot', { n: 1 });
    await cache.set('doomed', 'old');
    await medianHit(cache, 'hot');
    const load = startLoad(cache);
    const before = await medianHit(cache, 'hot');
    await (how === 'killed' ? server.kill() : server.pause());
    await until(() => cache.stats().tiers[1]?.state === 'open');
    expect(cache.stats().tiers[0]?.state).toBe('closed');
    const during = await medianHit(cache, 'hot');
    // Redis cannot hear of it, and keeps the value over the outage.
    await cache.delete('doomed');
    expect(await cache.get('doomed')).toBeUndefined();
    await (how === 'killed' ? server.restart() : server.resume());
    await until(() => cache.stats().tiers.every(({ state }) => state === 'closed') && cache.stats().busState === 'closed');
    expect(await cache.get('doomed')).toBeUndefined();
    expect(await redis.command.get(`trellis:${how}:kdoomed`)).toMatch(/^1m/);
    await until(async () => {
      await cache.set('again', 1);
      return /^1j/.test((await redis.command.get(`trellis:${how}:kagain`)) ?? '');
    });
    const { slowestMs } = await load.stop();
    expect(slowestMs).toBeLessThan(20_000);
    expect(cache.stats().errors).toBe(reports.filter(({ operation }) => operation !== 'follow').length);
    expect(reports.every(({ error }) => ['UPSTREAM', 'TIMEOUT'].includes(error.code))).toBe(true);
    // The load itself becomes cheaper when nobody waits for Redis; it must not become dearer.
    expect(during).toBeLessThan(before * 5);
    const all = { suite: 'cache', bound: '<= 2' };
    await recordMeasurement({ ...all, name: `median memory hit while Redis is ${how}, to before`, value: during / before, unit: 'x' });
  },
);

it('finds what was invalidated elsewhere while it was disconnected', async () => {
  await using first = await openRedis(server.url);
  await using second = await openRedis(server.url);
  const open = (redis: typeof first): TieredCache =>
    createTieredCache({ name: 'away', tiers: [memoryTier(), redisTier(redis, patient)], bus: redisBus(redis) });
  await using near = open(first);
  await using far = open(second);
  for (const key of ['a', 'b', 'kept']) await near.set(key, 'old', { tags: [`tag of ${key}`] });
  for (const key of ['a', 'b', 'kept']) expect(await far.get(key)).toBe('old');
  second.command.disconnect();
  second.subscriber.disconnect();
  await near.delete('a');
  await near.invalidateTag('tag of b');
  expect([await far.get('a'), await far.get('b')]).toEqual(['old', 'old']);
  await Promise.all([second.command.connect(), second.subscriber.connect()]);
  await until(async () => (await far.get('a')) === undefined && (await far.get('b')) === undefined);
  expect(await far.get('kept')).toBe('old');
  expect(far.stats().tiers[0]?.hits).toBeGreaterThanOrEqual(3);
});

it('drops what it has in memory when the log it had read is gone', async () => {
  await using first = await openRedis(server.url);
  const open = (): TieredCache => createTieredCache({ name: 'wiped', tiers: [memoryTier()], bus: redisBus(first, { checkMs: 30 }) });
  await using cache = open();
  await cache.set('a', 'old');
  await first.command.del('trellis:wiped:log');
  await until(async () => (await cache.get('a')) === undefined);
});

it('has other nodes drop their entry at once', async () => {
  await using first = await openRedis(server.url);
  await using second = await openRedis(server.url);
  const open = (redis: typeof first): TieredCache =>
    createTieredCache({ name: 'quick', tiers: [memoryTier(), redisTier(redis, patient)], bus: redisBus(redis) });
  await using near = open(first);
  await using far = open(second);
  const delays: number[] = [];
  const rounds = 10;
  for (let round = 0; round < rounds; round += 1) {
    await near.set('k', round, { tags: ['t'] });
    while ((await far.get('k')) !== round) await sleep(1);
    const began = performance.now();
    await (round % 2 === 0 ? near.delete('k') : near.invalidateTag('t'));
    while ((await far.get('k')) !== undefined) await sleep(1);
    delays.push(performance.now() - began);
  }
  const middle = delays.sort((a, b) => a - b)[rounds / 2] ?? Number.NaN;
  // A busy machine may take five times as long.
  expect(middle).toBeLessThan(500);
  await recordMeasurement({ suite: 'cache', name: 'until another node dropped its entry', value: middle, unit: 'ms', bound: '<= 100' });
});
