import { expect, it } from '@jest/globals';
import { coerceText, splitList } from './coerce-text.ts';

it.each([
  ['5', 'number', 5],
  ['-.5e3', 'number', -500],
  ['007', 'number', 7],
  ['0x10', 'number', '0x10'],
  ['1_000', 'number', '1_000'],
  [' 5', 'number', ' 5'],
  ['5 ', 'number', '5 '],
  ['', 'number', ''],
  ['Infinity', 'number', 'Infinity'],
  ['NaN', 'number', 'NaN'],
  ['٥', 'number', '٥'],
  ['30s', 'number', '30s'],
  ['TRUE', 'boolean', true],
  ['off', 'boolean', false],
  ['', 'boolean', ''],
  ['2', 'boolean', '2'],
  ['5', 'text', '5'],
  ['true', 'text', 'true'],
  ['5', 'mixed', 5],
  ['true', 'mixed', true],
  ['auto', 'mixed', 'auto'],
] as const)('reads %p as %s: %p', (text, kind, value) => {
  expect(coerceText(text, kind)).toBe(value);
});

it.each([
  ['a, b ,,c\n', ['a', 'b', 'c']],
  ['', []],
  [',', []],
  ['["a,b", 1]', ['a,b', 1]],
  ['[]', []],
  ['[a]', ['[a]']],
  ['["a"', ['["a"']],
  ['["__proto__"]', ['__proto__']],
])('splits %p', (text, items) => {
  expect(splitList(text, { itemKind: 'text' })).toEqual(items);
});
