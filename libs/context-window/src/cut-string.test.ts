import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutString } from './cut-string.ts';
import { jsonBytes } from './measure-json.ts';

it('keeps head and tail and counts what is missing', () => {
  expect(cutString(`${'a'.repeat(500)}${'z'.repeat(500)}`, 150)).toEqual({
    text: `${'a'.repeat(70)}… [895 characters left out] …${'z'.repeat(35)}`,
    at: 70,
    count: 895,
  });
});

it('takes no more room than it has, tears no pair and counts right, whatever the text', () => {
  const unit = fc.constantFrom('a', '"', '\\', '\n', '\u0000', 'é', '中', '😀', '👩‍👧', '\ud800', '\udc00');
  const text = fc.array(unit, { minLength: 300, maxLength: 600 }).map((units) => units.join(''));
  fc.assert(
    fc.property(text, fc.integer({ min: 150, max: 500 }), (given, room) => {
      const { text: cut, at, count } = cutString(given, room);
      expect(jsonBytes(cut)).toBeLessThanOrEqual(room);
      const note = `… [${count.toLocaleString('en-US')} characters left out] …`;
      const head = given.slice(0, at);
      const tail = given.slice(at + count);
      expect(cut).toBe(head + note + tail);
      expect([isTorn(given, at), isTorn(given, at + count)]).toEqual([false, false]);
    }),
  );
});

function isTorn(text: string, index: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(index - 1, index + 1));
}
