import { expect, it } from '@jest/globals';
import { findUnexpanded, isUnexpanded } from './find-unexpanded.ts';

it('names variables that hold a reference', () => {
  const env = {
    A: '${HOME}',
    B: 'postgres://u:${PW}@h',
    C: '${env:X}',
    D: '${input:token}',
    E: '${X:-y}',
    F: '$HOME',
    G: 'a{b}',
    H: '',
    I: '${}',
    J: undefined,
  };
  expect(findUnexpanded(env)).toEqual(['A', 'B', 'C', 'D', 'E']);
});

it('names arguments by their flag or place', () => {
  expect(findUnexpanded(['doctor', '--url=${URL}', '--token', '${TOKEN}', '${X}'])).toEqual(['--url', '--token', 'argument 5']);
});

it.each([
  ['${A}', true],
  ['${A} ', false],
  ['x${A}', false],
  ['${A}${B}', false],
  ['$A', false],
])('judges whether %s is nothing but a reference', (text, verdict) => {
  expect(isUnexpanded(text)).toBe(verdict);
});

it('answers a hostile text in time', () => {
  const start = performance.now();
  expect(isUnexpanded(`\${A:-${'a'.repeat(1_000_000)}`)).toBe(false);
  expect(findUnexpanded({ A: '${A:-'.repeat(100_000) })).toEqual([]);
  expect(performance.now() - start).toBeLessThan(2_000);
});
