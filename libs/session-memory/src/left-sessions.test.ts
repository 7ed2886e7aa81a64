import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { openMemoryKeyStore, type KeyStore } from '@trellis-mcp/stores';
import { recordMeasurement } from '@trellis-mcp/test-services';
import { openPlace } from '../test/open-place.ts';
import { createSessionMemory, type SessionMemory } from './index.ts';

const isSoak = process.env['SOAK'] === '1';
const sessions = isSoak ? 100_000 : 6_000;
const sqliteSessions = isSoak ? 1_000 : 400;
const ttlMs = 60_000;
const perPrincipal = 10;
/** A store keeps rows for longer, since the clocks of two processes may differ. */
const storeGraceMs = 60_000;

it(
  `gives the memory of ${String(sessions)} sessions back after their TTL, when they are pruned and when others follow`,
  async () => {
    let now = 1_000_000;
    const clock = (): number => now;
    const store = openMemoryKeyStore({ now: clock, graceMs: 0, whenFull: 'refuse', maxEntries: 2 * sessions, maxBytes: 1e9 });
    const memory = createSessionMemory({ store, now: clock, maxTokens: 1_000, ttlMs });
    await leaveSessions(memory, 2_000);
    now += ttlMs;
    await pruneAll(store);
    const empty = await heapMegabytes();

    await leaveSessions(memory, sessions);
    const full = await heapMegabytes();
    now += ttlMs;
    // Writes prune by themselves: those who follow take the room of those who left.
    await leaveSessions(memory, sessions);
    const next = await heapMegabytes();
    now += ttlMs;
    expect(await pruneAll(store)).toBe(sessions);
    const after = await heapMegabytes();

    // Of few sessions much is the noise of the heap; what is not given back is there twice, and once.
    expect(next - empty).toBeLessThan((isSoak ? 1.2 : 1.5) * (full - empty));
    expect(after - empty).toBeLessThan((isSoak ? 0.1 : 0.4) * (full - empty));
    const measured = { suite: 'session-memory', unit: 'MB' };
    const name = `heap above the start, ${String(sessions)} sessions of one turn each`;
    await recordMeasurement({ ...measured, name, value: full - empty });
    await recordMeasurement({
      ...measured,
      name: `${name}, after their TTL and as many others`,
      value: next - empty,
      bound: '<= 1.2 of it',
    });
    await recordMeasurement({ ...measured, name: `${name}, after their TTL and prune`, value: after - empty, bound: '<= 0.1 of it' });
  },
  isSoak ? 900_000 : 120_000,
);

it('leaves no rows of them in SQLite when others follow', async () => {
  let now = 1_000_000;
  await using place = await openPlace({ kind: 'sqlite', at: ':memory:', space: 'left' }, () => now);
  const memory = createSessionMemory({ store: place.store, now: () => now, maxTokens: 1_000, ttlMs });
  const keysAfter = async (): Promise<number> => {
    await leaveSessions(memory, sqliteSessions);
    let pruned = 0;
    now += ttlMs + storeGraceMs;
    for (let batch = await place.store.prune(); batch > 0; batch = await place.store.prune()) pruned += batch;
    return pruned;
  };
  expect(await keysAfter()).toBe(sqliteSessions);
  await leaveSessions(memory, sqliteSessions);
  now += ttlMs + storeGraceMs;
  // Each has two writes, and every 256th of them prunes 512 rows.
  expect(await keysAfter()).toBe(sqliteSessions);
});

async function leaveSessions(memory: SessionMemory, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const principal = `user ${String(Math.floor(index / perPrincipal))}`;
    const { handle } = await memory.open(principal);
    await memory.append(principal, handle, { role: 'tool', text: 'list_tables: 12 tables, 311 bytes' });
  }
}

async function pruneAll(store: KeyStore): Promise<number> {
  let pruned = 0;
  for (;;) {
    const batch = await store.prune();
    if (batch === 0) return pruned;
    pruned += batch;
  }
}

async function heapMegabytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What a promise still holds is free one turn later.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  return process.memoryUsage().heapUsed / 1_048_576;
}
