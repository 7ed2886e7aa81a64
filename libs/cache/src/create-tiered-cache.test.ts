import { expect, it } from '@jest/globals';
import { openRedis } from '@trellis-mcp/stores';
import { sharedRedis } from '@trellis-mcp/test-services';
import { createTieredCache } from './create-tiered-cache.ts';
import { memoryTier } from './memory-tier.ts';
import { redisBus } from './redis-bus.ts';
import { redisTier } from './redis-tier.ts';

it('works', async () => {
  const server = await sharedRedis();
  await using redis = await openRedis(server.url);
  await using other = await openRedis(server.url);
  const make = (connection: typeof redis) =>
    createTieredCache({
      name: `t${process.pid}`,
      tiers: [memoryTier(), redisTier(connection)],
      bus: redisBus(connection),
      onError: (e) => console.log(e),
    });
  const a = make(redis);
  const b = make(other);
  let loads = 0;
  const load = async () => {
    loads += 1;
    await new Promise((r) => setTimeout(r, 20));
    return { n: loads };
  };
  const got = await Promise.all(Array.from({ length: 1000 }, () => a.getOrLoad('k', load, { tags: ['x'] })));
  expect(new Set(got).size).toBe(1);
  expect(loads).toBe(1);
  expect(await b.getOrLoad('k', load, { tags: ['x'] })).toEqual({ n: 1 });
  expect(await b.get('k')).toEqual({ n: 1 });
  await a.invalidateTag('x');
  await new Promise((r) => setTimeout(r, 50));
  expect(await b.get('k')).toBeUndefined();
  expect(await b.getOrLoad('k', load, { tags: ['x'] })).toEqual({ n: 2 });
  expect(await a.get('k')).toEqual({ n: 2 });
  await a.set('s', new Uint8Array([1, 2]));
  expect(await b.get('s')).toEqual(new Uint8Array([1, 2]));
  await b.delete('s');
  await new Promise((r) => setTimeout(r, 50));
  expect(await a.get('s')).toBeUndefined();
  console.log(JSON.stringify(b.stats(), null, 1));
  await a.close();
  await b.close();
  await server.stop();
});
