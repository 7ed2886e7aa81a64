import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createEventReader, type FoundLine } from './event-reader.ts';

const begin = (path: string) => ({ type: 'begin', data: { path: { text: path } } });
const match = (line: number, text: string) => ({
  type: 'match',
  data: { lines: { text }, line_number: line, absolute_offset: 7, submatches: [{ match: { text: 'é"\\' }, start: 3, end: 7 }] },
});
const end = { type: 'end', data: { binary_offset: null } };
const summary = { data: { stats: { searches: 9 } }, type: 'summary' };

/** Too long to be kept: shortened while it arrives. */
const long = 'é\\"\n'.repeat(50_000);
const events = [begin('a'), match(1, 'x,\n'), end, begin('new\nline'), match(2, long), match(3, '}{'), end, begin('é'), end, summary];
const output = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));

async function read(pieces: readonly Buffer[]): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  const take = createEventReader({
    begin: (path) => seen.push(path),
    found: ({ line, offset, start, length }: FoundLine) => seen.push([line, offset, start, length]),
    end: (isBinary) => seen.push(isBinary),
    summary: (searches) => seen.push(searches),
  });
  for (const piece of pieces) await take(piece);
  return seen;
}

it('reads the same from pieces of any size', async () => {
  const all = ['a', [1, 7, 3, 4], false, 'new\nline', [2, 7, 3, 4], [3, 7, 3, 4], false, 'é', false, 9];
  expect(await read([output])).toEqual(all);
  const cuts = fc.array(fc.nat(output.length), { maxLength: 40 }).map((places) => [0, ...places.sort((a, b) => a - b), output.length]);
  await fc.assert(
    fc.asyncProperty(cuts, fc.boolean(), async (places, isFine) => {
      const cut = places.slice(1).map((place, index) => output.subarray(places[index], place));
      // The beginning and the end, where events are short, in small pieces.
      const isShort = (piece: Buffer) => piece.length < 2_000;
      const pieces = cut.flatMap((piece) => (isShort(piece) ? Array.from(piece, (_byte, at) => piece.subarray(at, at + 1)) : [piece]));
      expect(await read(isFine ? pieces : cut)).toEqual(all);
    }),
    { numRuns: 50 },
  );
});
