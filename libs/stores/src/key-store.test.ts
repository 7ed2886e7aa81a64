import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sharedPostgres, sharedRedis, type SharedInstance } from '@trellis-mcp/test-services';
import { testAcrossProcesses } from '../test/across-processes.ts';
import { testKeyStore } from '../test/key-store-suite.ts';
import type { Place } from '../test/open-store.ts';
import { openMemoryKeyStore } from './memory-key-store.ts';

let directory: string;
let redis: SharedInstance;
let postgres: SharedInstance;
const space = `t${process.pid.toString(36)}`;

beforeAll(async () => {
  [directory, redis, postgres] = await Promise.all([mkdtemp(join(tmpdir(), 'trellis-stores-')), sharedRedis(), sharedPostgres()]);
});
afterAll(async () => {
  await Promise.all([redis.stop(), postgres.stop(), rm(directory, { recursive: true })]);
});

describe('memory', () => testKeyStore(() => ({ kind: 'memory', at: '', space })));

describe('SQLite', () => testKeyStore(() => ({ kind: 'sqlite', at: join(directory, 'keys.db'), space })));

describe('SQLite in memory', () => testKeyStore(() => ({ kind: 'sqlite', at: ':memory:', space })));

describe('Redis', () => testKeyStore(() => ({ kind: 'redis', at: redis.url, space })));

describe('Postgres', () => testKeyStore(() => ({ kind: 'postgres', at: postgres.url, space })));

describe('a shared store', () => {
  const places = (): Place[] => [
    { kind: 'sqlite', at: join(directory, 'race.db'), space },
    { kind: 'redis', at: redis.url, space },
    { kind: 'postgres', at: postgres.url, space },
  ];
  testAcrossProcesses(places, ['sqlite', 'redis', 'postgres']);
});

describe('a full memory store', () => {
  const ttlMs = 1_000;

  it('drops the least recently used key by default', async () => {
    const store = openMemoryKeyStore({ maxEntries: 2 });
    for (const key of ['a', 'b']) await store.set(key, 'v', { ttlMs });
    await store.get('a');
    await store.set('c', 'v', { ttlMs });
    expect((await store.scan('', { limit: 9 })).keys).toEqual(['a', 'c']);
  });

  it('refuses a new key when told to, until something expires, and goes on with those it has', async () => {
    let now = 0;
    const store = openMemoryKeyStore({ maxEntries: 2, whenFull: 'refuse', now: () => now });
    await store.set('a', 'v', { ttlMs: 10 });
    await store.set('b', 'v', { ttlMs });
    await expect(store.add('c', 'v', { ttlMs })).rejects.toMatchObject({ code: 'LIMIT', retryable: true });
    await store.set('a', 'again', { ttlMs: 10 });
    now = 10;
    expect(await store.add('c', 'v', { ttlMs })).toBe(true);
    expect((await store.scan('', { limit: 9 })).keys).toEqual(['b', 'c']);
  });

  it('stays within its bytes', async () => {
    const evicting = openMemoryKeyStore({ maxBytes: 10_000 });
    for (let index = 0; index < 100; index += 1) await evicting.set(`k${String(index)}`, 'x'.repeat(900), { ttlMs });
    expect((await evicting.scan('', { limit: 1_000 })).keys.length).toBeLessThanOrEqual(10);
    await expect(evicting.set('big', 'x'.repeat(10_000), { ttlMs })).rejects.toMatchObject({ code: 'LIMIT' });
    const refusing = openMemoryKeyStore({ maxBytes: 2_000, whenFull: 'refuse' });
    await refusing.set('a', 'x'.repeat(1_000), { ttlMs });
    await refusing.set('a', 'x'.repeat(1_500), { ttlMs });
    await expect(refusing.set('b', 'x'.repeat(1_000), { ttlMs })).rejects.toMatchObject({ code: 'LIMIT' });
    expect(await refusing.get('a')).toBe('x'.repeat(1_500));
  });
});
