import { expect, it } from '@jest/globals';
import { toText } from './to-text.ts';

it.each([
  [9_007_199_254_740_991, '9007199254740991'],
  [-9_007_199_254_740_991, '-9007199254740991'],
  [0.1, '0.1'],
  [1e-30, '1e-30'],
  ['9007199254740993', '9007199254740993'],
  [false, 'false'],
  [null, null],
])('sends %j as it is', (value, text) => {
  expect(toText(value)).toBe(text);
});

it.each(['9007199254740992', '-9007199254740993', '1e22'])('refuses the number %s, which may be another than the caller meant', (json) => {
  expect(() => toText(JSON.parse(json) as number)).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT', hint: expect.stringContaining('as text') }),
  );
});

it.each(['a\0b', '\ud800'])('refuses %j, which PostgreSQL cannot hold', (text) => {
  expect(() => toText(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
});
