import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLineReader } from './line-reader.ts';

function readAll(chunks: readonly Buffer[], maxBytes = 1_000): { lines: string[]; tooLong: number } {
  const lines: string[] = [];
  let tooLong = 0;
  const read = createLineReader({
    maxBytes,
    onLine: (line) => lines.push(line),
    onTooLong: () => {
      tooLong += 1;
    },
  });
  for (const chunk of chunks) {
    read(chunk);
  }
  return { lines, tooLong };
}

it('gives the same lines however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', minLength: 1 })), fc.array(fc.integer({ min: 1, max: 20 })), (texts, sizes) => {
      const lines = texts.map((text) => text.replaceAll('\n', ' '));
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      const chunks: Buffer[] = [];
      let start = 0;
      for (const size of sizes) {
        chunks.push(bytes.subarray(start, start + size));
        start += size;
      }
      chunks.push(bytes.subarray(start));
      const expected = lines.map((line) => Buffer.from(line).toString());
      expect(readAll(chunks).lines).toEqual(expected);
    }),
  );
});

it('skips a line that is too long, once, and reads on behind it', () => {
  const long = Buffer.from(`a\n${'x'.repeat(2_500)}\nb\n`);
  const chunks = [long.subarray(0, 700), long.subarray(700, 1_400), long.subarray(1_400)];
  expect(readAll(chunks)).toEqual({ lines: ['a', 'b'], tooLong: 1 });
});

it('keeps nothing of a line that is too long', () => {
  const { lines, tooLong } = readAll(
    Array.from({ length: 1_000 }, () => Buffer.alloc(1_000, 'x')),
    10_000,
  );
  expect({ lines, tooLong }).toEqual({ lines: [], tooLong: 1 });
});

it('ignores empty lines', () => {
  expect(readAll([Buffer.from('\n\na\n\n')]).lines).toEqual(['a']);
});
