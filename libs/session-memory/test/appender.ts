/** One of several processes that append to the same sessions at once. For each store it prints the numbers its turns got as one line of JSON. */
import { createInterface } from 'node:readline';
import type { KeyStore } from '@trellis-mcp/stores';
import { createSessionMemory } from '../src/index.ts';
import { openPlace, type Place } from './open-place.ts';

/** A session to append to. */
export interface Target {
  handle: string;
  maxTokens: number;
  /** Of each writer. */
  turns: number;
}

/** Where to append, and to what. */
export interface AppendRound {
  place: Place;
  targets: readonly Target[];
}

/** What an appending process is told, as JSON in its first argument. */
export interface AppendTask {
  principal: string;
  writer: number;
  /** One after the other. */
  rounds: readonly AppendRound[];
}

/** What it prints at the end of a round, for each target. */
export interface AppendResult {
  /** By turn, in the order of this writer. */
  seqs: number[];
  ms: number;
}

const { principal, writer, rounds } = JSON.parse(process.argv[2] ?? '') as AppendTask;
// Every second writer does not wait for one append before the next.
const burst = writer % 2 === 0 ? 1 : 10;
const told = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

for (const { place, targets } of rounds) {
  await using opened = await openPlace(place);
  console.log(`open ${place.kind}`);
  await told.next();
  const results: AppendResult[] = [];
  for (const target of targets) results.push(await appendTo(opened.store, target));
  console.log(JSON.stringify(results));
}
process.stdin.destroy();

async function appendTo(store: KeyStore, { handle, maxTokens, turns }: Target): Promise<AppendResult> {
  const started = performance.now();
  const memory = createSessionMemory({ store, maxTokens, ttlMs: 3_600_000 });
  const append = async (index: number): Promise<number> => {
    const { seq } = await memory.append(principal, handle, { role: 'tool', text: `${String(writer)}:${String(index)}` });
    return seq;
  };
  const seqs: number[] = [];
  for (let index = 0; index < turns; index += burst) {
    const indexes = Array.from({ length: Math.min(burst, turns - index) }, (_, offset) => index + offset);
    seqs.push(...(await Promise.all(indexes.map(append))));
  }
  return { seqs, ms: performance.now() - started };
}
