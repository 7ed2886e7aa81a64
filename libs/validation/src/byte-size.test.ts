import { expect, it } from '@jest/globals';
import { byteSize } from './byte-size.ts';

const size = byteSize();

it.each([
  [10, 10],
  ['10', 10],
  ['10B', 10],
  ['64KiB', 65_536],
  ['64kib', 65_536],
  ['1.5KiB', 1536],
  ['10MB', 10_000_000],
  ['10 mb', 10_000_000],
  ['1GiB', 1_073_741_824],
  ['2TB', 2_000_000_000_000],
  [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
])('reads %p as %p bytes', (value, bytes) => {
  expect(size.parse(value)).toBe(bytes);
});

it.each([
  ['a negative size', -1],
  ['a lone M, which means both', '10M'],
  ['part of a byte', '0.5B'],
  ['more than a number can count', '9999TiB'],
  ['2 ** 53', 2 ** 53],
  ['1e309 in JSON', JSON.parse('1e309')],
  ['hexadecimal', '0x10'],
  ['underscores', '1_000'],
  ['a comma', '1,000'],
  ['a Kelvin sign for a K', '1\u212aB'],
  ['a NUL', '1KB\0'],
  ['an empty text', ''],
])('refuses %s', (_, value) => {
  expect(size.safeParse(value).error?.issues[0]?.message).toMatch(/^must be a whole number of bytes between 0 and 9007199254740991, or /);
});
