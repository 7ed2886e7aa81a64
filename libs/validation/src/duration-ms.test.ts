import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { durationMs } from './duration-ms.ts';

const duration = durationMs();

it.each([
  [0, 0],
  [-0, 0],
  [1500, 1500],
  ['1500', 1500],
  ['500ms', 500],
  ['30s', 30_000],
  ['30 s', 30_000],
  ['1.5s', 1500],
  ['1.1s', 1100],
  ['0.001s', 1],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  [2_147_483_647, 2_147_483_647],
])('reads %p as %p milliseconds', (value, milliseconds) => {
  expect(duration.parse(value)).toBe(milliseconds);
});

it.each([
  ['a negative number', -1],
  ['a negative text', '-5s'],
  ['a sign', '+5s'],
  ['a fraction of a millisecond', 0.5],
  ['a fraction of a millisecond as text', '0.5ms'],
  ['not a number', NaN],
  ['1e309 in JSON', JSON.parse('1e309')],
  ['an exponent', '1e3'],
  ['a capital unit, a month elsewhere', '5M'],
  ['an unknown unit', '5y'],
  ['two units', '1h30m'],
  ['blanks around', ' 5s'],
  ['a line break behind', '5s\n'],
  ['a tab between', '5\ts'],
  ['digits of another script', '٥s'],
  ['full-width digits', '５s'],
  ['a NUL', '5s\0'],
  ['a property of objects as a unit', '5constructor'],
  ['an empty text', ''],
  ['a longer time than a timer can wait', 2_147_483_648],
  ['a longer time as text', '25d'],
  ['a huge text', '1'.repeat(10_000_000)],
  ['digits beyond precision', '9999999999999999'],
  ['an unexpanded variable', '${TIMEOUT}'],
  ['true', true],
  ['a list', ['5s']],
  ['null', null],
])('refuses %s and says what would be right', (_, value) => {
  const message = duration.safeParse(value).error?.issues[0]?.message ?? 'accepted';
  expect(message).toMatch(/^must be a whole number of milliseconds between 0 and 2147483647, or a text such as "500ms", "30s", /);
  expect(message.length).toBeLessThan(240);
});

it('says that a missing one is required', () => {
  expect(duration.safeParse(undefined).error?.issues[0]?.message).toBe('is required');
});

it('reads what it wrote, in any unit', () => {
  const factors = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 500 }), fc.constantFrom('ms', 's', 'm', 'h'), (count, unit) => {
      expect(duration.parse(`${String(count)}${unit}`)).toBe(count * factors[unit]);
    }),
  );
});

it('reads fractions of seconds exactly', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2_000_000 }), (milliseconds) => {
      expect(duration.parse(`${(milliseconds / 1000).toFixed(3)}s`)).toBe(milliseconds);
    }),
  );
});

it('keeps its own bounds and refuses bounds out of order', () => {
  expect(durationMs({ min: 100, max: 30_000 }).safeParse('31s').success).toBe(false);
  expect(durationMs({ min: 100, max: 30_000 }).safeParse(99).success).toBe(false);
  expect(() => durationMs({ min: 2, max: 1 })).toThrow(RangeError);
  expect(() => durationMs({ max: Infinity })).toThrow(RangeError);
});
