import { AppError } from '@trellis-mcp/errors';
import { z } from 'zod';
import { defineTool } from '../deps.ts';

export const findWords = defineTool({
  name: 'find_words',
  title: 'Find words',
  description: 'Find the words that start with some letters. Use when you know the beginning of a word.',
  input: z.object({ prefix: z.string().min(1).max(50).describe('First letters, lower case.') }),
  output: z.object({ words: z.array(z.string()) }),
  hints: { readOnly: true, idempotent: true },

  async run({ prefix }, { deps }) {
    const words = deps.words.filter((word) => word.startsWith(prefix));
    if (words.length === 0)
      throw new AppError('NOT_FOUND', `No word starts with "${prefix}".`, { hint: 'Call find_words with fewer letters.' });
    return { words };
  },
});
