/** One of several processes that write to one store at once. Prints what it won as one line of JSON. */
import { openStore, type Place } from './open-store.ts';

/** What a hammering process is told, as JSON in its first argument. */
export interface HammerTask {
  place: Place;
  updates: number;
  keys: number;
}

/** What it prints at the end. */
export interface HammerResult {
  /** Keys whose add this process won. */
  won: number[];
  updatesMs: number;
  addsMs: number;
}

const ttlMs = 600_000;
const { place, updates, keys } = JSON.parse(process.argv[2] ?? '') as HammerTask;

await using opened = await openStore(place);
const { store } = opened;
console.log('open');
await new Promise((resolve) => process.stdin.once('data', resolve));
process.stdin.destroy();

const started = performance.now();
for (let count = 0; count < updates; count += 1) {
  await store.update('counter', (current) => String(Number(current ?? 0) + 1), { ttlMs });
}
const updated = performance.now();
const won: number[] = [];
for (let key = 0; key < keys; key += 1) {
  if (await store.add(`add:${String(key)}`, String(process.pid), { ttlMs })) won.push(key);
}
console.log(JSON.stringify({ won, updatesMs: updated - started, addsMs: performance.now() - updated } satisfies HammerResult));
