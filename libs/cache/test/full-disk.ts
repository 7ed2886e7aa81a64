/** Uses a cache on a disk that fills up and is emptied again, and writes what it saw as one line of JSON: `full-disk.ts DIRECTORY`. */
import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAppError } from '@trellis-mcp/errors';
import { openSqlite } from '@trellis-mcp/stores';
import { sql } from 'kysely';
import { createTieredCache, memoryTier, openCacheSqlite, sqliteTier, type CacheErrorReport, type TieredCache } from '../src/index.ts';
import { medianHit } from './median-hit.ts';

/** What the program saw. */
export interface FullDiskReport {
  /** Why the disk took no more. */
  filledUntil: string;
  /** Calls while it was full, those of them that failed, and how often their loaders ran. */
  calls: number;
  failed: string[];
  loads: number;
  /** Reports of the tier meanwhile, without repeats. */
  reports: string[];
  /** After the loads, before anything was deleted. */
  statesWhileFull: string[];
  /** What was written before, read from the disk while it was full. */
  readWhileFull: unknown;
  /** Why no other file could be opened there. */
  openedWhileFull: string;
  /** Median hits in memory, in microseconds. */
  hitBefore: number;
  hitWhileFull: number;
  msUntilUsedAgain: number;
  /** A second file, which became corrupt while there was no room for a new one: whether it was in use, before and after there was. */
  spoiltStates: string[];
  /** Why it was set aside. */
  spoiltReasons: unknown[];
  /** What the disk held in the end under keys that were deleted, replaced, and written after it was emptied. */
  kept: unknown[];
  integrity: unknown;
}

const [directory = ''] = process.argv.slice(2);
const path = join(directory, 'cache.db');
const ballast = join(directory, 'ballast');
const text = 'x'.repeat(2_000);

await using sqlite = await openCacheSqlite(path);
// A slow machine must not look like a full disk.
const tier = sqliteTier(sqlite, { timeoutMs: 10_000 });
const reports: CacheErrorReport[] = [];
const all = { retryAfterMs: 20, ttlMs: 600_000, onError: (report: CacheErrorReport): unknown => reports.push(report) };
const spoiltPath = join(directory, 'spoilt.db');
const spoiltReasons: unknown[] = [];
await using spoiltFile = await openCacheSqlite(spoiltPath, { onError: ({ cause }) => spoiltReasons.push(codeOf(cause)) });
await using spoilt = createTieredCache({ ...all, onError: () => undefined, tiers: [sqliteTier(spoiltFile, { timeoutMs: 10_000 })] });

await using cache = createTieredCache({ ...all, tiers: [memoryTier(), tier] });
await using below = createTieredCache({ ...all, tiers: [tier] });

for (const key of ['hot', 'kept', 'deleted', 'replaced']) await cache.set(key, `old ${text}`, { tags: ['all'] });
await medianHit(cache, 'hot');
const hitBefore = await medianHit(cache, 'hot');
await spoilt.set('a', text);
await sql`pragma wal_checkpoint(truncate)`.execute(spoiltFile.db);
const filledUntil = await fillDisk();
const readWhileFull = (await below.get<string>('kept'))?.slice(0, 3);
const used = await useCache();
const hitWhileFull = await medianHit(cache, 'hot');
const openedWhileFull = await openSqlite(join(directory, 'other.db')).then(() => 'opened', codeOf);
const reported = [...new Set(reports.map(({ tier: name, operation, error }) => `${name} ${operation} ${error.code}`))].sort();

await rm(ballast);
const began = performance.now();
await useUntil(cache, 'closed');
const msUntilUsedAgain = performance.now() - began;
await cache.set('after', 'new');
const kept = await Promise.all(['deleted', 'replaced', 'after'].map((key) => below.get(key)));
const { rows: integrity } = await sql`pragma integrity_check`.execute(sqlite.db);

await fillDisk();
await spoil();
const spoiltStates = [await useUntil(spoilt, 'open')];
await rm(ballast);
spoiltStates.push(await useUntil(spoilt, 'closed'));
const report: FullDiskReport = {
  ...{ filledUntil, ...used, reports: reported, readWhileFull, openedWhileFull },
  ...{ spoiltStates, spoiltReasons },
  ...{ hitBefore, hitWhileFull, msUntilUsedAgain, kept, integrity },
};
process.stdout.write(`${JSON.stringify(report)}\n`);

/** Each value is asked for twice, with and without tags; one is deleted, one replaced. */
async function useCache(): Promise<Pick<FullDiskReport, 'calls' | 'failed' | 'loads' | 'statesWhileFull'>> {
  const failed: string[] = [];
  let calls = 0;
  let loads = 0;
  const call = async (run: () => Promise<unknown>): Promise<void> => {
    calls += 1;
    await run().catch((error: unknown) => failed.push(codeOf(error)));
  };
  const load = async (): Promise<string> => {
    loads += 1;
    return text;
  };
  for (let index = 0; index < 20; index += 1) {
    for (const tags of [[], ['all'], [`tag ${String(index)}`]]) {
      const key = `${String(index)} ${tags.join()}`;
      for (let round = 0; round < 2; round += 1) await call(() => cache.getOrLoad(key, load, { tags }));
    }
  }
  const statesWhileFull = cache.stats().tiers.map(({ state }) => state);
  await call(() => cache.delete('deleted'));
  await call(() => cache.set('replaced', `new ${text}`));
  return { calls, failed, loads, statesWhileFull };
}

/** Misses until the lowest tier is in the state, at most for 10 seconds; the state it is in then. */
async function useUntil(used: TieredCache, wanted: 'closed' | 'open'): Promise<string> {
  const began = performance.now();
  for (;;) {
    const state = used.stats().tiers.at(-1)?.state ?? 'none';
    if (state === wanted || performance.now() - began > 10_000) return state;
    await used.getOrLoad(`poke ${String(performance.now())}`, () => Promise.resolve(1));
    await sleep(5);
  }
}

/** Writes over what the second file holds; that takes no room. */
async function spoil(): Promise<void> {
  const { size } = await stat(spoiltPath);
  const file = await open(spoiltPath, 'r+');
  await file.write(Buffer.alloc(size - 4_096, 'no database '), 0, size - 4_096, 4_096);
  await file.close();
  await sql`pragma shrink_memory`.execute(spoiltFile.db);
}

async function fillDisk(): Promise<string> {
  const file = await open(ballast, 'w');
  try {
    for (;;) await file.write(Buffer.alloc(4_096));
  } catch (error) {
    return codeOf(error);
  } finally {
    await file.close();
  }
}

function codeOf(error: unknown): string {
  if (isAppError(error)) return error.code;
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
