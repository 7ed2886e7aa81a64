import { readFile as own } from '../tools/read-file.ts';
import { partFields, partHint, readText } from './read-text.ts';
import { shareName } from './share-name.ts';

export const readFile = shareName({
  own,
  description: 'Read a text file whole, or its first or last lines; with offset, limit, unit or encoding a page of any file.',
  input: own.input.extend(partFields),
  onlyOwn: ['offset', 'limit', 'unit', 'encoding'],
  shorten: partHint,
  answer: async ({ path, head, tail }, call) => readText(path, { head, tail }, call),
});
