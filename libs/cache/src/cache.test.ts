import { expect, it } from '@jest/globals';
import { cache } from './cache.ts';

it('gives the text back', () => {
  expect(cache({ text: 'word' })).toBe('word');
});
