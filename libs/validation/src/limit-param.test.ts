import { expect, it } from '@jest/globals';
import { limitParam } from './limit-param.ts';

const limit = limitParam({ default: 50, max: 500 });

it.each([
  ['the least', 1, 'accepted'],
  ['the most', 500, 'accepted'],
  ['more than the most', 9000, 'must be between 1 and 500; got 9000. Use cursor to read further pages.'],
  ['zero', 0, 'must be between 1 and 500; got 0.'],
  ['a negative number', -1, 'must be between 1 and 500; got -1.'],
  ['negative zero', -0, 'must be between 1 and 500; got 0.'],
  ['a fraction', 1.5, 'must be a whole number between 1 and 500; got 1.5.'],
  ['not a number', NaN, 'must be a whole number between 1 and 500; got NaN.'],
  [
    '1e309, which JSON reads as Infinity',
    JSON.parse('1e309'),
    'must be between 1 and 500; got Infinity. Use cursor to read further pages.',
  ],
  ['2 ** 53', 2 ** 53, 'must be between 1 and 500; got 9007199254740992. Use cursor to read further pages.'],
  ['digits in a text', '5', 'must be a whole number between 1 and 500; got "5".'],
  ['null', null, 'must be a whole number between 1 and 500; got null.'],
  ['a huge text', '9'.repeat(100_000), `must be a whole number between 1 and 500; got "${'9'.repeat(77)}…".`],
])('judges %s with one message', (_, value, verdict) => {
  const issues = limit.safeParse(value).error?.issues ?? [];
  expect(issues.map(({ message }) => message).join(' AND ') || 'accepted').toBe(verdict);
});

it('is the default when it is not given', () => {
  expect(limit.parse(undefined)).toBe(50);
});

it('names another way than a cursor, or none', () => {
  expect(limitParam({ default: 1, max: 2, hint: 'Narrow the pattern.' }).safeParse(3).error?.issues[0]?.message).toBe(
    'must be between 1 and 2; got 3. Narrow the pattern.',
  );
  expect(limitParam({ default: 1, max: 2, hint: '' }).safeParse(3).error?.issues[0]?.message).toBe('must be between 1 and 2; got 3.');
});

it.each([
  [0, 5],
  [6, 5],
  [1.5, 5],
  [1, Infinity],
])('refuses to be made with default %p and max %p', (size, max) => {
  expect(() => limitParam({ default: size, max })).toThrow(RangeError);
});
