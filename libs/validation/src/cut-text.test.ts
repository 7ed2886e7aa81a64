import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutText } from './cut-text.ts';

it.each([
  ['abc', 2, 'ab'],
  ['abc', 3, 'abc'],
  ['abc', 9, 'abc'],
  ['abc', 0, ''],
  ['a😀b', 2, 'a'],
  ['a😀b', 3, 'a😀'],
  ['😀', 1, ''],
])('cuts %p to %d units: %p', (text, length, cut) => {
  expect(cutText(text, length)).toBe(cut);
});

it('gives a start of the text that is well-formed when the text is, at most one unit short', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 30 }), fc.nat(35), (text, length) => {
      const cut = cutText(text, length);
      expect(text.startsWith(cut)).toBe(true);
      expect(cut.length).toBeLessThanOrEqual(length);
      expect(cut.length).toBeGreaterThanOrEqual(Math.min(length, text.length) - 1);
      expect(cut.isWellFormed()).toBe(true);
    }),
  );
});
