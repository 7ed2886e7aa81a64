import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { KeyStore } from '../src/index.ts';
import { expectLikeModel } from './key-store-model.ts';
import { listAll } from './list-all.ts';
import { openStore, type OpenStore, type Place } from './open-store.ts';

const ttlMs = 60_000;
const names = Array.from({ length: 25 }, (_, index) => `page:${String(index).padStart(2, '0')}`);

interface Subject {
  place: () => Place;
  store: () => KeyStore;
  /** Runs something as if it were this much later. */
  after: (ms: number, run: () => Promise<void>) => Promise<void>;
  now: () => number;
}

/** The behaviour that every key store has; call it inside a `describe`. */
export function testKeyStore(place: () => Place): void {
  let now = 1_000_000;
  let opened: OpenStore;
  beforeAll(async () => {
    opened = await openStore(place(), { now: () => now, maxValueBytes: 1_000_000 });
  });
  afterAll(async () => {
    await opened[Symbol.asyncDispose]();
  });
  const after = async (ms: number, run: () => Promise<void>): Promise<void> => {
    now += ms;
    try {
      await run();
    } finally {
      now -= ms;
    }
  };
  const subject: Subject = { place, store: () => opened.store, after, now: () => now };
  testValues(subject);
  testExpiry(subject);
  testAtomicSteps(subject);
  testScan(subject);
  testLimits(subject);
  it('behaves like a map with lives, whatever is done to it', () => expectLikeModel(place()), 120_000);
}

function testValues({ store }: Subject): void {
  it('gives back what was set, and nothing for what was not', async () => {
    await store().set('a', 'one', { ttlMs });
    await store().set('a', 'two', { ttlMs });
    expect(await store().get('a')).toBe('two');
    expect(await store().get('never')).toBeUndefined();
    expect(await store().delete('a')).toBe(true);
    expect(await store().delete('a')).toBe(false);
    expect(await store().get('a')).toBeUndefined();
  });

  it.each([
    ['empty', ''],
    ['spaces and a header of its own', ' 1 2 3 '],
    ['NUL and control characters', 'a\0b\u0001\r\n'],
    ['beyond the basic plane', '\u{1f333}\u{10ffff}é'],
    ['long', 'é'.repeat(400_000)],
  ])('keeps a value that is %s', async (_name, value) => {
    await store().set('value', value, { ttlMs });
    expect((await store().get('value')) === value).toBe(true);
  });

  it('refuses a life that is none, a page without size, a foreign cursor and a value that is no text', async () => {
    for (const wrong of [0, -1, NaN, Infinity]) {
      await expect(store().set('k', 'v', { ttlMs: wrong })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      await expect(store().update('k', () => undefined, { ttlMs: wrong })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
    for (const limit of [0, 1.5, 10_001, NaN]) await expect(store().scan('', { limit })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(store().set('k', '\udc00', { ttlMs })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
}

function testExpiry({ store, place, after, now }: Subject): void {
  it('judges expiry by the passed clock, to the millisecond', async () => {
    await store().set('brief', 'v', { ttlMs: 100 });
    await after(99, async () => expect(await store().get('brief')).toBe('v'));
    await after(100, async () => {
      expect(await store().get('brief')).toBeUndefined();
      expect(await store().delete('brief')).toBe(false);
    });
    await store().set('brief', 'v', { ttlMs: 100 });
    await after(100, async () => {
      expect((await store().scan('brief', { limit: 10 })).keys).toEqual([]);
      await store().update('brief', (current) => `was ${String(current)}`, { ttlMs });
      expect(await store().get('brief')).toBe('was undefined');
    });
  });

  it('adds only where nothing lives, also over what expired', async () => {
    expect(await store().add('once', 'first', { ttlMs: 100 })).toBe(true);
    expect(await store().add('once', 'second', { ttlMs })).toBe(false);
    await after(100, async () => expect(await store().add('once', 'third', { ttlMs })).toBe(true));
    expect(await store().get('once')).toBe('third');
  });

  it('prunes what expired before the grace, and nothing else', async () => {
    await using mine = await openStore({ ...place(), space: `${place().space}_prune` }, { now, graceMs: 1_000 });
    await mine.store.set('old', 'v', { ttlMs: 10 });
    await mine.store.set('young', 'v', { ttlMs });
    await after(1_009, async () => expect(await mine.store.prune()).toBe(0));
    // Redis drops garbage by itself, by its own clock.
    await after(1_010, async () => expect(await mine.store.prune()).toBe(place().kind === 'redis' ? 0 : 1));
    expect(await mine.store.get('young')).toBe('v');
  });

  it('rejects calls after it was closed', async () => {
    const mine = await openStore(place());
    await mine[Symbol.asyncDispose]();
    await expect(mine.store.get('a')).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(mine.store.scan('a', { limit: 1 })).rejects.toMatchObject({ code: 'CANCELLED' });
  });
}

function testAtomicSteps({ store }: Subject): void {
  it('updates from the current value, deletes on undefined, and keeps what is there when the change throws', async () => {
    expect(await store().update('u', (current) => `${current ?? 'new'}!`, { ttlMs })).toBe('new!');
    expect(await store().update('u', (current) => `${current ?? 'new'}!`, { ttlMs })).toBe('new!!');
    const failing = store().update(
      'u',
      () => {
        throw new RangeError('as asked');
      },
      { ttlMs },
    );
    await expect(failing).rejects.toThrow('as asked');
    expect(await store().get('u')).toBe('new!!');
    expect(await store().update('u', () => undefined, { ttlMs })).toBeUndefined();
    expect(await store().get('u')).toBeUndefined();
    expect(await store().update('u', () => undefined, { ttlMs })).toBeUndefined();
  });

  it('loses no update of concurrent callers in one process', async () => {
    const callers = Array.from({ length: 8 }, async () => {
      for (let count = 0; count < 10; count += 1) await store().update('n', (current) => String(Number(current ?? 0) + 1), { ttlMs });
    });
    await Promise.all(callers);
    expect(await store().get('n')).toBe('80');
  });

  it('lets one of many concurrent adds win', async () => {
    const wins = await Promise.all(Array.from({ length: 20 }, (_, index) => store().add('race', String(index), { ttlMs })));
    expect(wins.filter(Boolean)).toHaveLength(1);
    expect(await store().get('race')).toBe(String(wins.indexOf(true)));
  });
}

function testScan({ store }: Subject): void {
  it('pages through the keys of a prefix, no page above its limit, no key lost', async () => {
    for (const name of names) await store().set(name, 'v', { ttlMs });
    for (const limit of [1, 7, 25, 100]) expect(await listAll(store(), 'page:', limit)).toEqual(names);
    expect(await listAll(store(), 'page:2', 2)).toEqual(names.slice(20));
    expect(await listAll(store(), 'none:', 10)).toEqual([]);
  });

  it.each(['*', '?', '[a-z]', '[', '%', '_', '\\', '\\*', '^', "'", '"', '}', 'é', '\u{10ffff}'])(
    'takes the prefix %s literally',
    async (prefix) => {
      await store().set('other', 'v', { ttlMs });
      await store().set('xyz', 'v', { ttlMs });
      await store().set(`${prefix}tail`, 'v', { ttlMs });
      await store().set(`${prefix}\u{10ffff}`, 'v', { ttlMs });
      expect(await listAll(store(), prefix, 10)).toEqual([`${prefix}tail`, `${prefix}\u{10ffff}`].sort());
      await store().delete(`${prefix}tail`);
      await store().delete(`${prefix}\u{10ffff}`);
    },
  );
}

function testLimits({ store }: Subject): void {
  it.each([
    ['an empty key', '', 'INVALID_INPUT'],
    ['a key with NUL', 'a\0b', 'INVALID_INPUT'],
    ['a key with a lone surrogate', 'a\ud800', 'INVALID_INPUT'],
    ['a key of 513 bytes', `${'é'.repeat(256)}x`, 'LIMIT'],
  ])('refuses %s', async (_name, key, code) => {
    for (const call of [
      () => store().get(key),
      () => store().set(key, 'v', { ttlMs }),
      () => store().add(key, 'v', { ttlMs }),
      () => store().update(key, () => 'v', { ttlMs }),
      () => store().delete(key),
    ]) {
      await expect(call()).rejects.toMatchObject({ name: 'AppError', code });
    }
  });

  it('takes a key of 512 bytes and a value of exactly the limit, and refuses one byte more with the numbers', async () => {
    const key = 'é'.repeat(256);
    await store().set(key, 'x'.repeat(1_000_000), { ttlMs });
    expect((await store().get(key))?.length).toBe(1_000_000);
    const details = { limitBytes: 1_000_000, actualBytes: 1_000_001 };
    await expect(store().set(key, 'x'.repeat(1_000_001), { ttlMs })).rejects.toMatchObject({ code: 'LIMIT', details });
    await expect(store().add('big', `${'é'.repeat(500_000)}x`, { ttlMs })).rejects.toMatchObject({ code: 'LIMIT', details });
    await expect(store().update('big', () => 'x'.repeat(1_000_001), { ttlMs })).rejects.toMatchObject({ code: 'LIMIT', details });
    await store().delete(key);
  });
}
