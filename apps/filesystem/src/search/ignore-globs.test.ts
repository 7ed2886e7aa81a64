import { expect, it } from '@jest/globals';
import { readIgnoreRules } from '../walk/ignore-rules.ts';
import { toIgnoreGlobs } from './ignore-globs.ts';

/** What Linux takes as arguments of a program, with room for all others of them. */
const maxArguments = 1_500_000;

it.each([
  ['one byte', 'x'],
  ['three bytes', '\u6f22'],
])('makes no more globs than a program can be told, with letters of %s', (_title, letter) => {
  const lines = Array.from({ length: 5_000 }, (_, index) => `${letter.repeat(240)}${index}`);
  const { globs, untold } = toIgnoreGlobs([{ names: ['a'], rules: readIgnoreRules([...lines, '*.log'].join('\n')) }], []);
  expect(globs.reduce((sum, glob) => sum + Buffer.byteLength(`--glob=${glob}`) + 9, 0)).toBeLessThan(maxArguments);
  expect(untold).toEqual([['a']]);
});
