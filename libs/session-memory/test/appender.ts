/** One of several processes that append to one session at once. Prints the numbers its turns got as one line of JSON. */
import { createSessionMemory } from '../src/index.ts';
import { openPlace, type Place } from './open-place.ts';

/** What an appending process is told, as JSON in its first argument. */
export interface AppendTask {
  place: Place;
  principal: string;
  handle: string;
  maxTokens: number;
  writer: number;
  turns: number;
}

/** What it prints at the end. */
export interface AppendResult {
  /** By turn, in the order of this writer. */
  seqs: number[];
  ms: number;
}

const { place, principal, handle, maxTokens, writer, turns } = JSON.parse(process.argv[2] ?? '') as AppendTask;

await using opened = await openPlace(place);
const memory = createSessionMemory({ store: opened.store, maxTokens, ttlMs: 3_600_000 });
console.log('open');
await new Promise((resolve) => process.stdin.once('data', resolve));
process.stdin.destroy();

const started = performance.now();
const append = async (index: number): Promise<number> => {
  const { seq } = await memory.append(principal, handle, { role: 'tool', text: `${String(writer)}:${String(index)}` });
  return seq;
};
// Every second writer does not wait for one append before the next.
const burst = writer % 2 === 0 ? 1 : 10;
const seqs: number[] = [];
for (let index = 0; index < turns; index += burst) {
  const indexes = Array.from({ length: Math.min(burst, turns - index) }, (_, offset) => index + offset);
  seqs.push(...(await Promise.all(indexes.map(append))));
}
console.log(JSON.stringify({ seqs, ms: performance.now() - started } satisfies AppendResult));
