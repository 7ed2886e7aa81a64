import { expect, it } from '@jest/globals';
import { sessionMemory } from './session-memory.ts';

it('gives the text back', () => {
  expect(sessionMemory({ text: 'word' })).toBe('word');
});
