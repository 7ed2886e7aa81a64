import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toOneLine } from './to-one-line.ts';

it.each([
  ['a\nb', 'a\\u000ab'],
  ['a\u2028\u202eb', 'a\\u2028\\u202eb'],
  ['\u0085\u0000\u001b[31m', '\\u0085\\u0000\\u001b[31m'],
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
