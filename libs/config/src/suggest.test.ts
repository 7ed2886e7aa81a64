import { expect, it } from '@jest/globals';
import { suggest } from './suggest.ts';

const names = ['port', 'host', 'transport', 'allow-host'];

it.each([
  ['prot', ' Did you mean port?'],
  ['hots', ' Did you mean host?'],
  ['allow-hosts', ' Did you mean allow-host?'],
  ['trasnport', ' Did you mean transport?'],
  ['xyzxyz', ''],
  ['', ''],
  ['x'.repeat(1_000_000), ''],
])('finds the nearest name to %s', (word, hint) => {
  expect(suggest(word, names)).toBe(hint);
});
