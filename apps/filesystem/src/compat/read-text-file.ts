import { z } from 'zod';
import { pathParam } from '../tools/path-param.ts';
import { defineOfficial } from './define-official.ts';
import { partFields, partHint, readText } from './read-text.ts';

export const readTextFile = defineOfficial({
  name: 'read_text_file',
  title: 'Read text file',
  description: 'Read a text file whole, or its first or last lines.',
  input: z.object({ path: pathParam('File.'), ...partFields }),
  hints: { readOnly: true },
  shorten: partHint,
  answer: async ({ path, ...part }, call) => readText(path, part, call),
});
