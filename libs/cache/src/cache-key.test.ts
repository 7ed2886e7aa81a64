import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cacheKey } from './cache-key.ts';

it('gives different keys to what differs', () => {
  const parts: unknown[][] = [
    [],
    [1],
    ['1'],
    [1n],
    [null],
    [undefined],
    ['undefined'],
    [NaN],
    [0],
    [-0],
    [true],
    ['a', 'b'],
    ['a,b'],
    [['a', 'b']],
    [['a'], 'b'],
    [{}],
    [[]],
    [{ a: 1 }],
    [{ a: undefined }],
    [{ b: 1 }],
    ['{"a":1}'],
    [new Date(0)],
    ['d0'],
    [new Uint8Array([0])],
    ['x00'],
    ['\ud800'],
    ['\ud801'],
  ];
  const keys = parts.flatMap((each) => [
    cacheKey('public', each),
    cacheKey({ principal: 'ada' }, each),
    cacheKey({ principal: 'bob' }, each),
  ]);
  expect(new Set(keys).size).toBe(parts.length * 3);
  expect(Math.max(...keys.map((key) => key.length))).toBeLessThanOrEqual(51);
});

it('does not mind the order of fields, and is the same in every process', () => {
  expect(cacheKey('public', [{ a: 1, b: [2] }])).toBe(cacheKey('public', [{ b: [2], a: 1 }]));
  expect(cacheKey({ principal: 'ada' }, ['query', { sql: 'select 1', params: [1, null] }])).toBe(
    'private:hxP7i9oA2g9D2KOvefPx1uFfEmBbv8r63VT-f7T40EE',
  );
});

it('refuses what has no one way to be written', () => {
  for (const part of [() => 1, Symbol('s'), new Map(), new URL('x:y')]) {
    expect(() => cacheKey('public', [part])).toThrow('cache key');
  }
  let deep: unknown = [];
  for (let depth = 0; depth < 10_000; depth += 1) deep = [deep];
  expect(() => cacheKey('public', [deep])).toThrow('deep');
});

it('is equal exactly for equal parts', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.array(fc.jsonValue()), (a, b) => {
      const isSame = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)) && !hasNegativeZero([a, b]);
      return hasNegativeZero([a, b]) || (cacheKey('public', a) === cacheKey('public', b)) === isSame;
    }),
  );
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => ({ name, field: sorted(field) }));
}

function hasNegativeZero(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(hasNegativeZero);
  return Object.is(value, -0);
}
