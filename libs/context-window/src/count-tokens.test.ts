import { expect, it } from '@jest/globals';
import { countTokens } from './count-tokens.ts';

it('counts nothing in an empty text and about a token per short word', () => {
  expect(countTokens('')).toBe(0);
  expect(countTokens('The quick brown fox jumps over the lazy dog.')).toBe(10);
});
