import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { until } from '@trellis-mcp/test-services';
import { createTieredCache } from './create-tiered-cache.ts';
import { memoryTier } from './memory-tier.ts';
import type { CacheErrorReport, TieredCache, TieredCacheOptions } from './tiered-cache.ts';

interface Bench {
  cache: TieredCache;
  clock: { now: number };
  reports: CacheErrorReport[];
}

function open(options: Partial<TieredCacheOptions> = {}): Bench {
  const clock = { now: 1_800_000_000_000 };
  const reports: CacheErrorReport[] = [];
  const cache = createTieredCache({
    tiers: [memoryTier()],
    ttlMs: 1_000,
    jitter: 0,
    now: () => clock.now,
    onError: (report) => reports.push(report),
    ...options,
  });
  return { cache, clock, reports };
}

const failing = (): Promise<never> => Promise.reject(new RangeError('The source is away.'));

describe('a flight', () => {
  it('loads once for 1,000 callers, and gives all the same frozen value', async () => {
    const { cache } = open();
    let loads = 0;
    const load = async (): Promise<{ list: number[] }> => {
      loads += 1;
      await sleep(5);
      return { list: [1] };
    };
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => cache.getOrLoad('k', load)));
    expect([loads, new Set(answers).size]).toEqual([1, 1]);
    expect(() => answers[0]?.list.push(2)).toThrow(TypeError);
    expect(cache.stats()).toMatchObject({ loads: 1, misses: 1 });
  });

  it('goes on for the others when one caller aborts, and is aborted when the last one does', async () => {
    const { cache } = open();
    const signals: AbortSignal[] = [];
    const load = async ({ signal }: { signal: AbortSignal }): Promise<number> => {
      signals.push(signal);
      await sleep(30, undefined, { signal });
      return signals.length;
    };
    const [first, second] = [new AbortController(), new AbortController()];
    const calls = [first, second].map(({ signal }) => cache.getOrLoad('k', load, { signal }));
    const outcomes = Promise.allSettled(calls);
    first.abort();
    await expect(calls[0]).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(signals[0]?.aborted).toBe(false);
    expect(await calls[1]).toBe(1);
    await outcomes;
    await cache.delete('k');
    const alone = cache.getOrLoad('k', load, { signal: second.signal });
    await sleep(1);
    second.abort();
    await expect(alone).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(signals[1]?.aborted).toBe(true);
    expect(await cache.getOrLoad('k', load)).toBe(3);
    await expect(cache.getOrLoad('new', load, { signal: second.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('a flight that is overtaken', () => {
  it('keeps nothing that was loaded before an invalidation, and is not joined after it', async () => {
    const { cache } = open();
    for (const invalidate of [() => cache.delete('k'), () => cache.invalidateTag('t'), () => cache.set('k', 'new')]) {
      let finish: (value: string) => void = () => undefined;
      const old = cache.getOrLoad('k', () => new Promise<string>((resolve) => (finish = resolve)), { tags: ['t'] });
      await sleep(1);
      await invalidate();
      const next = cache.getOrLoad('k', () => Promise.resolve('new'), { tags: ['t'] });
      expect(await next).toBe('new');
      finish('old');
      expect(await old).toBe('old');
      expect(await cache.get('k')).toBe('new');
      await cache.delete('k');
    }
  });

  it('gives a failure to all who wait, and remembers none', async () => {
    const { cache } = open();
    const outcomes = await Promise.allSettled([cache.getOrLoad('k', failing), cache.getOrLoad('k', failing)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await cache.getOrLoad('k', () => Promise.resolve(1))).toBe(1);
  });
});

describe('the life of an entry', () => {
  it('ends after its time, taken off at random by the jitter', async () => {
    const { cache, clock } = open({ jitter: 0.5, random: () => 0.5 });
    await cache.set('k', 1);
    clock.now += 749;
    expect(await cache.get('k')).toBe(1);
    clock.now += 1;
    expect(await cache.get('k')).toBeUndefined();
  });

  it('remembers that there is nothing, for a shorter time', async () => {
    const { cache, clock } = open({ negativeTtlMs: 100 });
    let loads = 0;
    const load = async (): Promise<undefined> => {
      loads += 1;
    };
    for (const step of [0, 99, 1, 0]) {
      clock.now += step;
      const found: unknown = await cache.getOrLoad<unknown>('k', load);
      expect(found).toBeUndefined();
    }
    expect(loads).toBe(2);
    await cache.getOrLoad('never', load, { negativeTtlMs: 0 });
    await cache.getOrLoad('never', load, { negativeTtlMs: 0 });
    expect(loads).toBe(4);
  });
});

describe('an old value', () => {
  it('is given at once while the new one is loaded behind it, once', async () => {
    const { cache, clock } = open({ staleMs: 500 });
    await cache.set('k', 'old');
    clock.now += 1_000;
    let loads = 0;
    const load = async (): Promise<string> => {
      loads += 1;
      await sleep(5);
      return 'new';
    };
    expect(await Promise.all([1, 2, 3].map(() => cache.getOrLoad('k', load)))).toEqual(['old', 'old', 'old']);
    await until(async () => (await cache.get('k')) === 'new');
    expect(loads).toBe(1);
    clock.now += 1_500;
    expect(await cache.getOrLoad('k', load)).toBe('new');
    expect(loads).toBe(2);
  });

  it('is given in its grace when loading fails, and the source is not asked again for a second', async () => {
    const { cache, clock } = open({ graceMs: 5_000 });
    await cache.set('k', 'old');
    clock.now += 3_000;
    let loads = 0;
    const load = (): Promise<never> => {
      loads += 1;
      return failing();
    };
    for (let call = 0; call < 3; call += 1) expect(await cache.getOrLoad('k', load)).toBe('old');
    expect(loads).toBe(1);
    clock.now += 1_000;
    expect(await cache.getOrLoad('k', load)).toBe('old');
    await until(() => loads === 2);
    clock.now += 2_000;
    await expect(cache.getOrLoad('k', load)).rejects.toThrow(RangeError);
  });

  it('does not outlive a clock that goes far back', async () => {
    const { cache, clock } = open();
    await cache.set('k', 1);
    clock.now -= 3_600_000;
    expect(await cache.get('k')).toBeUndefined();
  });
});

describe('what can be kept', () => {
  it('is JSON as JSON gives it back, and bytes of which everybody gets a copy', async () => {
    const { cache } = open();
    const loaded = await cache.getOrLoad('date', () => Promise.resolve({ at: new Date(0), gone: undefined }));
    expect(loaded).toEqual({ at: '1970-01-01T00:00:00.000Z' });
    const bytes = await cache.getOrLoad('bytes', () => Promise.resolve(new Uint8Array([1, 2])));
    bytes.fill(9);
    expect(await cache.get('bytes')).toEqual(new Uint8Array([1, 2]));
    for (const value of [null, false, 0, '', []]) {
      await cache.set('v', value);
      expect(await cache.get('v')).toEqual(value);
    }
  });

  it('has a limit: what is larger goes to the caller alone, and takes the place of nothing old', async () => {
    const { cache, reports } = open({ maxEntryBytes: 100 });
    expect(await cache.getOrLoad('k', () => Promise.resolve('x'.repeat(200)))).toHaveLength(200);
    await cache.set('k', 'small');
    await cache.set('k', 'x'.repeat(200));
    expect(await cache.get('k')).toBeUndefined();
    expect(reports.map(({ tier, error }) => [tier, error.code])).toEqual([
      ['cache', 'LIMIT'],
      ['cache', 'LIMIT'],
    ]);
  });

  it('is refused when it is no JSON, but a loader still gets its value through', async () => {
    const { cache, reports } = open();
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    for (const value of [circle, 1n, Symbol('s'), () => 1]) {
      await expect(cache.set('k', value)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      expect(await cache.getOrLoad('k', () => Promise.resolve(value))).toBe(value);
    }
    expect(reports).toHaveLength(4);
  });
});

it.each([
  ['an empty key', (cache: TieredCache) => cache.get('')],
  ['a long key', (cache: TieredCache) => cache.set('x'.repeat(513), 1)],
  ['a lone surrogate', (cache: TieredCache) => cache.delete('\ud800')],
  ['an empty tag', (cache: TieredCache) => cache.invalidateTag('')],
  ['33 tags', (cache: TieredCache) => cache.set('k', 1, { tags: Array.from({ length: 33 }, String) })],
  ['no time', (cache: TieredCache) => cache.set('k', 1, { ttlMs: 0 })],
  ['a jitter above 1', (cache: TieredCache) => cache.getOrLoad('k', failing, { jitter: 2 })],
  ['a negative grace', (cache: TieredCache) => cache.getOrLoad('k', failing, { graceMs: -1 })],
])('refuses %s', async (_, call) => {
  await expect(call(open().cache)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});

it('refuses memory below the first place, and a name that would not do in Redis', () => {
  expect(() => createTieredCache({ tiers: [memoryTier(), memoryTier()] })).toThrow('first tier');
  expect(() => createTieredCache({ tiers: [], name: 'a*b' })).toThrow('name');
});

it('stays within its entries and bytes, and forgets their tags with them', async () => {
  const { cache } = open({ tiers: [memoryTier({ maxEntries: 10, maxBytes: 5_000 })] });
  for (let index = 0; index < 100; index += 1) await cache.set(`k${String(index)}`, 'x'.repeat(300), { tags: ['t'] });
  const found = await Promise.all(Array.from({ length: 100 }, (_, index) => cache.get(`k${String(index)}`)));
  expect(found.filter(Boolean).length).toBeLessThanOrEqual(8);
  await cache.invalidateTag('t');
  expect(await cache.get('k99')).toBeUndefined();
});

it('aborts what loads behind a stale value when it is closed, and rejects later calls', async () => {
  const { cache, clock } = open({ staleMs: 500 });
  await cache.set('k', 'old');
  clock.now += 1_000;
  let seen: AbortSignal | undefined;
  await cache.getOrLoad('k', async ({ signal }) => {
    seen = signal;
    await sleep(10_000, undefined, { signal });
    return 'new';
  });
  await sleep(1);
  await cache.close();
  expect(seen?.aborted).toBe(true);
  await expect(cache.get('k')).rejects.toMatchObject({ code: 'CANCELLED' });
});

it('does not wait for a loader that ignores its signal', async () => {
  const { cache } = open();
  const never = cache.getOrLoad('k', () => new Promise(() => undefined));
  const outcome = expect(never).rejects.toMatchObject({ code: 'CANCELLED' });
  await sleep(1);
  await cache.close();
  await outcome;
});

it.each<[string, (cache: TieredCache, caller: AbortController) => unknown]>([
  ['its caller goes away', (_cache, caller) => caller.abort()],
  ['the cache is closed', (cache) => cache.close()],
])('loads nothing when %s before the bus has started', async (_title, end) => {
  const started = Promise.withResolvers<undefined>();
  const connection = {
    ready: started.promise,
    position: () => undefined,
    publish: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const { cache } = open({ bus: { open: () => connection } });
  const caller = new AbortController();
  let loads = 0;
  const call = cache.getOrLoad('k', () => Promise.resolve((loads += 1)), { signal: caller.signal });
  const outcome = expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
  await end(cache, caller);
  started.resolve(undefined);
  await outcome;
  expect(loads).toBe(0);
});
