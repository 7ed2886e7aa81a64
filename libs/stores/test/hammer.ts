/** One of several processes that write to the same stores at once. For each it prints what it won as one line of JSON. */
import { createInterface } from 'node:readline';
import { openStore, type Place } from './open-store.ts';

/** What a hammering process is told, as JSON in its first argument. */
export interface HammerTask {
  /** One after the other. */
  places: readonly Place[];
  updates: number;
  keys: number;
}

/** What it prints for each place. */
export interface HammerResult {
  kind: Place['kind'];
  /** Keys whose add this process won. */
  won: number[];
  updatesMs: number;
  addsMs: number;
}

const ttlMs = 600_000;
const { places, updates, keys } = JSON.parse(process.argv[2] ?? '') as HammerTask;
const told = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

for (const place of places) {
  await using opened = await openStore(place);
  const { store } = opened;
  console.log(`open ${place.kind}`);
  await told.next();
  const started = performance.now();
  for (let count = 0; count < updates; count += 1) {
    await store.update('counter', (current) => String(Number(current ?? 0) + 1), { ttlMs });
  }
  const updated = performance.now();
  const won: number[] = [];
  for (let key = 0; key < keys; key += 1) {
    if (await store.add(`add:${String(key)}`, String(process.pid), { ttlMs })) won.push(key);
  }
  const result: HammerResult = { kind: place.kind, won, updatesMs: updated - started, addsMs: performance.now() - updated };
  console.log(JSON.stringify(result));
}
process.stdin.destroy();
