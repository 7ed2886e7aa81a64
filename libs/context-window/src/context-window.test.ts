import { expect, it } from '@jest/globals';
import { contextWindow } from './context-window.ts';

it('gives the text back', () => {
  expect(contextWindow({ text: 'word' })).toBe('word');
});
