import { expect, it } from '@jest/globals';
import { holdsSecret } from './holds-secret.ts';

it.each([
  ['the whole secret', 'got "hunter22!"', 'hunter22!', true],
  ['the start of it', 'got "hunter…"', 'hunter22!', true],
  ['the middle of it', 'near "nter22"', 'hunter22!', true],
  ['five characters of it', 'near "unter"', 'hunter22!', false],
  ['a short secret', 'got "abc"', 'abc', true],
  ['a secret too short to look for', 'a cat', 'a', false],
  ['an empty secret', 'text', '', false],
  ['nothing of it', 'must be longer', 'hunter22!', false],
])('looks for %s', (_, text, secret, verdict) => {
  expect(holdsSecret(text, secret)).toBe(verdict);
});
