import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toOneLine } from './to-one-line.ts';

it.each([
  ['a\nb', 'a\\u{a}b'],
  ['a\u2028\u202eb', 'a\\u{2028}\\u{202e}b'],
  ['\u0085\u0000\u001b[31m', '\\u{85}\\u{0}\\u{1b}[31m'],
  ['a\u{e0041}b', 'a\\u{e0041}b'],
  ['a\u200bb\u200dc', 'a\\u{200b}b\u200dc'],
  ['naïve 表格', 'naïve 表格'],
  ['naïve 表格🦄🦄', 'naïve 表格🦄...'],
  ['naïve 表格1🦄', 'naïve 表格1...'],
  ['1234567890123', '1234567890...'],
])('%j is written as %s', (text, line) => {
  expect(toOneLine(text, 10)).toBe(line);
});

it('is one line of valid Unicode, whatever it is made from', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, max) => {
      const line = toOneLine(text, max);
      expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      expect(line.isWellFormed()).toBe(true);
    }),
  );
});
