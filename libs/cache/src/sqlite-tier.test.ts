import { mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openSqlite } from '@trellis-mcp/stores';
import { spawnProbe, until } from '@trellis-mcp/test-services';
import { sql } from 'kysely';
import { medianHit } from '../test/median-hit.ts';
import { createTieredCache } from './create-tiered-cache.ts';
import { memoryTier } from './memory-tier.ts';
import { openCacheSqlite } from './open-cache-sqlite.ts';
import { sqliteTier } from './sqlite-tier.ts';
import type { CacheErrorReport, TieredCache } from './tiered-cache.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trellis-cache-'));
});
afterAll(() => rm(directory, { recursive: true }));

const slow = { timeoutMs: 20_000 };
const isClosed = (cache: TieredCache): boolean => cache.stats().tiers.every(({ state }) => state === 'closed');

it('keeps entries over a restart, with their tags', async () => {
  const path = join(directory, 'durable.db');
  for (const run of [1, 2, 3]) {
    await using sqlite = await openSqlite(path);
    await using cache = createTieredCache({ tiers: [memoryTier(), sqliteTier(sqlite, slow)], ttlMs: 600_000 });
    if (run === 1) await Promise.all([cache.set('a', { n: 1 }, { tags: ['t'] }), cache.set('b', new Uint8Array([0, 255]))]);
    if (run === 2) {
      expect([await cache.get('a'), await cache.get('b')]).toEqual([{ n: 1 }, new Uint8Array([0, 255])]);
      await cache.invalidateTag('t');
    }
    if (run === 3) expect([await cache.get('a'), await cache.get('b')]).toEqual([undefined, new Uint8Array([0, 255])]);
  }
});

it('goes on without a full database, and makes room for new entries', async () => {
  await using sqlite = await openSqlite(join(directory, 'full.db'), { maxBytes: 400_000 });
  const reports: CacheErrorReport[] = [];
  await using cache = createTieredCache({ tiers: [sqliteTier(sqlite, slow)], onError: (report) => reports.push(report) });
  for (let index = 0; index < 200; index += 1) {
    expect(await cache.getOrLoad(`k${String(index)}`, () => Promise.resolve('x'.repeat(10_000)))).toHaveLength(10_000);
  }
  await cache.set('last', 'v');
  expect(await cache.get('last')).toBe('v');
  expect(isClosed(cache)).toBe(true);
});

it('prunes what expired, and what is too much', async () => {
  let now = 1_800_000_000_000;
  await using sqlite = await openSqlite(join(directory, 'prune.db'));
  await using cache = createTieredCache({ tiers: [sqliteTier(sqlite, { ...slow, maxEntries: 300 })], ttlMs: 1_000, now: () => now });
  const count = async (): Promise<number> => {
    const { rows } = await sql<{ count: number }>`select count(*) as count from trellis_cache_1`.execute(sqlite.db);
    return rows[0]?.count ?? 0;
  };
  for (let index = 0; index < 600; index += 1) await cache.set(`a${String(index)}`, index);
  expect(await count()).toBeLessThan(300 + 256);
  now += 120_000;
  for (let index = 0; index < 600; index += 1) await cache.set(`b${String(index)}`, index);
  expect(await count()).toBeLessThan(300 + 256);
  const { rows } = await sql`select name from trellis_cache_1 where name like 'cache:ka%'`.execute(sqlite.db);
  expect(rows).toEqual([]);
});

it('is skipped while another process holds the lock, and used again after that', async () => {
  const path = join(directory, 'locked.db');
  await using holder = await openSqlite(path);
  await using sqlite = await openCacheSqlite(path, { busyTimeoutMs: 20 });
  const reports: CacheErrorReport[] = [];
  await using cache = createTieredCache({
    tiers: [memoryTier(), sqliteTier(sqlite)],
    retryAfterMs: 20,
    onError: (report) => reports.push(report),
  });
  await cache.set('a', 'old');
  await cache.set('hot', 1);
  await medianHit(cache, 'hot');
  const before = await medianHit(cache, 'hot');
  await holder.db.transaction().execute(async (transaction) => {
    await sql`create table held (id integer)`.execute(transaction);
    for (let index = 0; index < 10; index += 1) {
      expect(await cache.getOrLoad(`k${String(index)}`, () => Promise.resolve(index))).toBe(index);
    }
    await cache.delete('a');
    expect(isClosed(cache)).toBe(false);
    expect(await cache.get('a')).toBeUndefined();
    expect(await medianHit(cache, 'hot')).toBeLessThan(before * 5);
  });
  expect(reports.length).toBeGreaterThan(3);
  await until(() => isClosed(cache));
  expect(await cache.get('a')).toBeUndefined();
  await cache.set('b', 1);
  expect(await cache.get('b')).toBe(1);
});

const junk = Buffer.alloc(8_192, 'no database ');

it('sets a corrupt file aside when it is opened, reports it and starts anew', async () => {
  const path = join(directory, 'corrupt.db');
  await writeFile(path, junk);
  const errors: unknown[] = [];
  await using sqlite = await openCacheSqlite(path, { onError: (error) => errors.push(error) });
  await using cache = createTieredCache({ tiers: [sqliteTier(sqlite, slow)] });
  await cache.set('a', 1);
  expect(await cache.get('a')).toBe(1);
  expect(errors).toMatchObject([{ code: 'UPSTREAM', cause: { code: 'SQLITE_26' } }]);
  expect((await stat(`${path}.corrupt`)).size).toBe(junk.length);
});

it('sets aside a file that becomes corrupt while it is used, and keeps one such file', async () => {
  const path = join(directory, 'spoilt.db');
  const errors: unknown[] = [];
  await using sqlite = await openCacheSqlite(path, { onError: (error) => errors.push(error) });
  await using cache = createTieredCache({ tiers: [sqliteTier(sqlite, slow)], retryAfterMs: 20 });
  for (let round = 1; round <= 2; round += 1) {
    for (let index = 0; index < 100; index += 1) await cache.set(`k${String(index)}`, 'x'.repeat(5_000));
    await sql`pragma wal_checkpoint(truncate)`.execute(sqlite.db);
    const file = await open(path, 'r+');
    const { size } = await file.stat();
    for (let offset = 4_096; offset < size; offset += junk.length) await file.write(junk, 0, junk.length, offset);
    await file.close();
    await sql`pragma shrink_memory`.execute(sqlite.db);
    for (let index = 0; index < 100; index += 1) {
      expect(await cache.getOrLoad(`k${String(index)}`, () => Promise.resolve('new'))).toBeDefined();
    }
    expect(errors.length).toBeGreaterThanOrEqual(round);
    await cache.set('after', round);
    expect(await cache.get('after')).toBe(round);
  }
  const names = (await readdir(directory)).filter((name) => name.startsWith('spoilt.db') && name.endsWith('.corrupt'));
  expect(names).toEqual(['spoilt.db.corrupt']);
});

it('is shared by two processes, of which one is killed in the middle of its writes', async () => {
  const path = join(directory, 'shared.db');
  const args = ['--conditions=@trellis-mcp/source', `${import.meta.dirname}/../test/writer.ts`, 'write', path];
  await using killed = await spawnProbe(process.execPath, args);
  await using stopped = await spawnProbe(process.execPath, args);
  await Promise.all([killed.waitForStdout(/^50$/, 60_000), stopped.waitForStdout(/^50$/, 60_000)]);
  await using sqlite = await openCacheSqlite(path);
  await using cache = createTieredCache({ tiers: [sqliteTier(sqlite, slow)], ttlMs: 600_000 });
  killed.kill();
  await killed.exit;
  const seen = stopped.stdoutLines.length;
  await stopped.waitForStdout(new RegExp(`^${String(seen + 20)}$`), 60_000);
  for (const probe of [killed, stopped]) {
    const last = Number(probe.stdoutLines.at(-1));
    expect(last).toBeGreaterThanOrEqual(50);
    for (let index = 0; index <= last; index += 1) {
      expect(await cache.get(`${String(probe.pid)}.${String(index)}`)).toEqual({ index, text: 'x'.repeat(2_000) });
    }
  }
  const { rows } = await sql`pragma integrity_check`.execute(sqlite.db);
  expect(rows).toEqual([{ integrity_check: 'ok' }]);
  await cache.invalidateTag('all');
  expect(await cache.get(`${String(killed.pid)}.0`)).toBeUndefined();
}, 150_000);
