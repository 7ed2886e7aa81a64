import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { countRowBytes } from './json-bytes.ts';
import type { RawCell } from './raw-page.ts';

/** Text of every kind: also what JSON escapes, halves of surrogate pairs, and characters of two to four bytes. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('"', '\\', '\0', '\n', '\u007f', '\u0080', '\u2028', '\ud800', '\udfff', '\u{1f600}', 'a', '\u00e4') }),
  fc.string(),
);
const cell: fc.Arbitrary<RawCell> = fc.oneof(text, fc.constant(null), fc.record({ start: text, length: fc.nat() }));

it('counts the very bytes that JSON.stringify makes', () => {
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 12 }), (cells) => {
      expect(countRowBytes(cells)).toBe(Buffer.byteLength(JSON.stringify(cells)));
    }),
    { numRuns: process.env['SOAK'] === '1' ? 2_000 : 400 },
  );
});

it('counts every single character', () => {
  for (let code = 0; code <= 0xffff; code += 1) {
    const cells = [String.fromCharCode(code)];
    if (countRowBytes(cells) !== Buffer.byteLength(JSON.stringify(cells))) throw new Error(`U+${code.toString(16)} is counted wrong.`);
  }
});
