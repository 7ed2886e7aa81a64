import { expect, it } from '@jest/globals';
import { egress } from './egress.ts';

it('gives the text back', () => {
  expect(egress({ text: 'word' })).toBe('word');
});
