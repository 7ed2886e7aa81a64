import { expect, it } from '@jest/globals';
import { auth } from './auth.ts';

it('gives the text back', () => {
  expect(auth({ text: 'word' })).toBe('word');
});
