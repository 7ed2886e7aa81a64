import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { showValue, showWord } from './show-value.ts';

it.each([
  ['abc', '"abc"'],
  ['a\nb\u0000\u202e\u200b', '"a\\u{a}b\\u{0}\\u{202e}\\u{200b}"'],
  [3, '3'],
  [null, 'null'],
  [undefined, 'nothing'],
  [['a'], 'a list'],
  [{}, 'an object'],
  [Symbol('x'), 'a symbol'],
])('shows %p as %s', (value, text) => {
  expect(showValue(value)).toBe(text);
});

it('shows any text on one line of at most 80 whole characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const shown = showValue(text);
      expect(shown.length).toBeLessThanOrEqual(80);
      expect(shown.isWellFormed()).toBe(true);
      expect(shown).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    }),
  );
});

it('marks what it cut, and nothing else', () => {
  expect(showWord('x'.repeat(80))).toBe('x'.repeat(80));
  expect(showWord('x'.repeat(81))).toBe(`${'x'.repeat(79)}…`);
  expect(showWord('\u0000'.repeat(20), 10)).toBe('\\u{0}\\u{0…');
});
