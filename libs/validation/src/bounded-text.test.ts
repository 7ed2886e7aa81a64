import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { boundedText } from './bounded-text.ts';

const slug = boundedText({ min: 2, max: 5, pattern: /^[a-z-]*$/, patternMeans: 'lower-case letters and dashes' });

it.each([
  ['a text within the bounds', 'ab-c', 'accepted'],
  ['a text too short', 'a', 'must be at least 2 characters; got 1'],
  ['an empty text', '', 'must not be empty'],
  ['a text too long', 'abcdef', 'must be at most 5 characters; got 6'],
  ['a text far too long', 'a'.repeat(1_000_000), 'must be at most 5 characters; got more than 5'],
  ['a text against the pattern', 'ABC', 'must be lower-case letters and dashes; got "ABC"'],
  ['a line break behind a text that fits', 'abc\n', 'must be lower-case letters and dashes; got "abc\\u{a}"'],
  ['a NUL', 'a\0', 'must not contain a NUL character; there is one at position 1'],
  ['half of a surrogate pair', 'a\udc00', 'must be valid Unicode; it contains half of a surrogate pair'],
  ['a right-to-left override, shown escaped', 'a\u202e', 'must be lower-case letters and dashes; got "a\\u{202e}"'],
  ['an object', { length: 3 }, 'must be text; got an object'],
])('judges %s', (_, value, verdict) => {
  expect(slug.safeParse(value).error?.issues[0]?.message ?? 'accepted').toBe(verdict);
});

it('counts code points, as the published maxLength does', () => {
  const text = boundedText({ max: 3 });
  expect(text.safeParse('😀😀😀').success).toBe(true);
  expect(text.safeParse('😀😀😀😀').success).toBe(false);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 8 }), (value) => {
      expect(text.safeParse(value).success).toBe(Array.from(value).length <= 3 && !value.includes('\0'));
    }),
  );
});

it('shows the pattern when nobody put it into words', () => {
  expect(boundedText({ max: 9, pattern: /^\d+$/u }).safeParse('x').error?.issues[0]?.message).toBe('must be text matching ^\\d+$; got "x"');
});

it.each(['g', 'y', 'i', 's', 'm'])('refuses the pattern flag %s, which JSON Schema cannot carry', (flag) => {
  expect(() => boundedText({ max: 9, pattern: new RegExp('a', flag) })).toThrow(TypeError);
});
