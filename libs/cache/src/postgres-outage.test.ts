import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openPostgres, type PostgresConnection } from '@trellis-mcp/stores';
import { recordMeasurement, startPostgres, type TestInstance, until } from '@trellis-mcp/test-services';
import { sql } from 'kysely';
import { medianHit } from '../test/median-hit.ts';
import { startLoad } from '../test/start-load.ts';
import { createTieredCache } from './create-tiered-cache.ts';
import { memoryTier } from './memory-tier.ts';
import { postgresTier } from './postgres-tier.ts';
import type { CacheErrorReport } from './tiered-cache.ts';

let server: TestInstance;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

async function recordOf({ db }: PostgresConnection, name: string): Promise<string | undefined> {
  return (await sql<{ record: string }>`select record from trellis_cache_1 where name = ${name}`.execute(db)).rows[0]?.record;
}

it.each(['killed', 'paused'])(
  'answers every call while Postgres is %s under load, at the speed of memory, and uses it again afterwards',
  async (how) => {
    await using postgres = await openPostgres(server.url, { statementTimeoutMs: 1_000, connectTimeoutMs: 2_000 });
    const reports: CacheErrorReport[] = [];
    await using cache = createTieredCache({
      name: how,
      tiers: [memoryTier(), postgresTier(postgres, { timeoutMs: 100 })],
      onError: (report) => reports.push(report),
    });
    await cache.set('hot', { n: 1 });
    for (const key of ['doomed', 'tagged']) await cache.set(key, 'old', { tags: [`tag of ${key}`] });
    await medianHit(cache, 'hot');
    const load = startLoad(cache);
    const before = await medianHit(cache, 'hot');
    await (how === 'killed' ? server.kill() : server.pause());
    await until(() => cache.stats().tiers[1]?.state === 'open');
    expect(cache.stats().tiers[0]?.state).toBe('closed');
    const during = await medianHit(cache, 'hot');
    // Postgres cannot hear of it, and keeps the values over the outage.
    await Promise.all([cache.delete('doomed'), cache.invalidateTag('tag of tagged')]);
    expect([await cache.get('doomed'), await cache.get('tagged')]).toEqual([undefined, undefined]);
    await (how === 'killed' ? server.restart() : server.resume());
    await until(() => cache.stats().tiers.every(({ state }) => state === 'closed'));
    expect([await cache.get('doomed'), await cache.get('tagged')]).toEqual([undefined, undefined]);
    expect(await recordOf(postgres, `${how}:kdoomed`)).toMatch(/^1m/);
    const { slowestMs } = await load.stop();
    await until(async () => {
      await cache.set('again', 1);
      return /^1j/.test((await recordOf(postgres, `${how}:kagain`)) ?? '');
    });
    expect(slowestMs).toBeLessThan(20_000);
    expect(cache.stats().errors).toBe(reports.length);
    expect(reports.every(({ error }) => ['UPSTREAM', 'TIMEOUT'].includes(error.code))).toBe(true);
    // The load itself becomes cheaper when nobody waits for Postgres; it must not become dearer.
    expect(during).toBeLessThan(before * 5);
    const all = { suite: 'cache', bound: '<= 2' };
    await recordMeasurement({ ...all, name: `median memory hit while Postgres is ${how}, to before`, value: during / before, unit: 'x' });
  },
);
