import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  openPostgres,
  openRedis,
  openSqlite,
  type PostgresConnection,
  type RedisConnection,
  type SqliteConnection,
} from '@trellis-mcp/stores';
import { sharedPostgres, sharedRedis, type SharedInstance, until } from '@trellis-mcp/test-services';
import { createFaultyTier } from '../test/faulty-tier.ts';
import { encodeMarker, idOf } from './cache-record.ts';
import type { StoreTier } from './cache-tier.ts';
import type { BusConnection, InvalidationBus } from './invalidation-bus.ts';
import { createTieredCache } from './create-tiered-cache.ts';
import { memoryTier } from './memory-tier.ts';
import { postgresTier } from './postgres-tier.ts';
import { redisBus } from './redis-bus.ts';
import { redisTier } from './redis-tier.ts';
import { sqliteTier } from './sqlite-tier.ts';

let directory: string;
let servers: SharedInstance[];
let redis: RedisConnection;
let postgres: PostgresConnection;
let sqlite: SqliteConnection;
const space = `t${process.pid.toString(36)}`;
const slow = { timeoutMs: 10_000 };

beforeAll(async () => {
  const [redisServer, postgresServer] = await Promise.all([sharedRedis(), sharedPostgres()]);
  servers = [redisServer, postgresServer];
  directory = await mkdtemp(join(tmpdir(), 'trellis-cache-'));
  redis = await openRedis(redisServer.url);
  postgres = await openPostgres(postgresServer.url);
  sqlite = await openSqlite(join(directory, 'tiers.db'));
});
afterAll(async () => {
  await Promise.all([redis.close(), postgres.close(), sqlite.close()]);
  await Promise.all([...servers.map((server) => server.stop()), rm(directory, { recursive: true })]);
});

/** A bus that is told of its connections: a busy machine may not have caught up within the second that a cache waits at its start. */
function openBus(): { bus: InvalidationBus; untilCaughtUp: () => Promise<void> } {
  const connections: BusConnection[] = [];
  const real = redisBus(redis);
  const open: InvalidationBus['open'] = (...context) => {
    const connection = real.open(...context);
    connections.push(connection);
    return connection;
  };
  return { bus: { open }, untilCaughtUp: () => until(() => connections.every((each) => each.position() !== undefined)) };
}

const tiers: [string, () => StoreTier][] = [
  ['Redis', () => redisTier(redis, slow)],
  ['SQLite', () => sqliteTier(sqlite, slow)],
  ['Postgres', () => postgresTier(postgres, slow)],
];

describe.each(tiers)('the steps of %s', (name, open) => {
  it('swap only what was seen, put over everything, and clear their own names alone', async () => {
    const store = open().open({ namespace: `${space}${name}`, now: Date.now });
    const other = open().open({ namespace: `${space}${name}2`, now: Date.now });
    const [first, second] = [encodeMarker(), `${encodeMarker()}{"text":"é\\u0000"}`];
    const options = { keepMs: 60_000, keepAlive: [] };
    expect(await store.read(['ka', 'kb'])).toEqual([undefined, undefined]);
    expect(await store.swap('ka', first, { ...options, expectedId: '' })).toBe(true);
    expect(await store.swap('ka', second, { ...options, expectedId: '' })).toBe(false);
    expect(await store.swap('ka', second, { ...options, expectedId: idOf(first), keepAlive: ['tx'] })).toBe(true);
    expect(await store.swap('kb', second, { ...options, expectedId: idOf(first) })).toBe(false);
    expect(await store.swap('kb', first, { ...options, expectedId: '', position: '1-1' })).toBe(false);
    await store.put(
      [
        ['kb', first],
        ['tc', second],
        ['kb', second],
      ],
      60_000,
    );
    await other.put([['ka', first]], 60_000);
    expect(await store.read(['kb', 'ka', 'tc', 'none'])).toEqual([second, second, second, undefined]);
    await store.clear();
    expect(await store.read(['ka', 'kb', 'tc'])).toEqual([undefined, undefined, undefined]);
    expect(await other.read(['ka'])).toEqual([first]);
    await other.clear();
  });

  it('keep entries and tags for another cache, and take what cannot be read for nothing', async () => {
    const make = (): ReturnType<typeof createTieredCache> => createTieredCache({ name: `${space}${name}3`, tiers: [open()] });
    const [one, two] = [make(), make()];
    await one.set('a', { n: 1 }, { tags: ['t', 'u'] });
    expect(await two.get('a')).toEqual({ n: 1 });
    await two.invalidateTag('u');
    expect(await one.get('a')).toBeUndefined();
    await open()
      .open({ namespace: `${space}${name}3`, now: Date.now })
      .put([['kbad', 'not a record']], 60_000);
    expect(await one.getOrLoad('bad', () => Promise.resolve('good'))).toBe('good');
    expect(await two.get('bad')).toBe('good');
  });
});

it('promotes with what is left of the life, also from a tier of the machine into a shared one', async () => {
  let now = 1_800_000_000_000;
  const name = `${space}p`;
  const { bus, untilCaughtUp } = openBus();
  const all = { name, ttlMs: 1_000, jitter: 0, now: () => now, bus };
  await using below = createTieredCache({ ...all, tiers: [sqliteTier(sqlite, slow)] });
  await below.getOrLoad('k', () => Promise.resolve('v'), { tags: ['t'] });
  await using cache = createTieredCache({ ...all, tiers: [memoryTier(), redisTier(redis, slow), sqliteTier(sqlite, slow)] });
  await untilCaughtUp();
  now += 600;
  expect(await cache.getOrLoad('k', () => Promise.resolve('loaded'), { tags: ['t'] })).toBe('v');
  expect(cache.stats().tiers.map(({ promotions }) => promotions)).toEqual([1, 1, 0]);
  await using shared = createTieredCache({ ...all, tiers: [redisTier(redis, slow)] });
  expect(await shared.get('k')).toBe('v');
  now += 400;
  expect([await cache.get('k'), await shared.get('k')]).toEqual([undefined, undefined]);
});

it('reads nothing deleted from a tier that could not be told, however it failed', async () => {
  for (const mode of ['fail', 'hang', 'late'] as const) {
    const faulty = createFaultyTier(redisTier(redis, slow));
    await using cache = createTieredCache({ name: `${space}d`, tiers: [memoryTier(), faulty.tier], retryAfterMs: 10 });
    for (const key of ['deleted', 'tagged', 'replaced']) await cache.set(key, 'old', { tags: [key] });
    faulty.mode = mode;
    await cache.delete('deleted');
    await cache.invalidateTag('tagged');
    await cache.set('replaced', 'new');
    faulty.mode = 'ok';
    expect([await cache.get('deleted'), await cache.get('tagged')]).toEqual([undefined, undefined]);
    await using other = createTieredCache({ name: `${space}d`, tiers: [redisTier(redis, slow)] });
    while (cache.stats().tiers.some(({ state }) => state === 'open')) await cache.get('poke');
    for (const key of ['deleted', 'tagged']) expect(await other.get(key)).toBeUndefined();
    expect(await other.get('replaced')).not.toBe('old');
  }
});

it('applies what was invalidated while it did not run', async () => {
  const name = `${space}w`;
  const tier = (): StoreTier => sqliteTier(sqlite, slow);
  const { bus, untilCaughtUp } = openBus();
  const first = createTieredCache({ name, tiers: [tier()], bus });
  await untilCaughtUp();
  await first.set('a', 'old', { tags: ['t'] });
  await first.set('b', 'kept');
  await first.close();
  await using other = createTieredCache({ name, tiers: [redisTier(redis, slow)], bus });
  await other.invalidateTag('t');
  await until(() => other.stats().busState === 'closed');
  await using again = createTieredCache({ name, tiers: [tier()], bus });
  await untilCaughtUp();
  expect([await again.get('a'), await again.get('b')]).toEqual([undefined, 'kept']);
  await again.close();
  await redis.command.del(`trellis:${name}:log`);
  await using unsure = createTieredCache({ name, tiers: [tier()], bus: redisBus(redis) });
  expect(await unsure.get('b')).toBeUndefined();
});
