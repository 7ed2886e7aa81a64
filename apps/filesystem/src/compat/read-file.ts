import { readFile as own } from '../tools/read-file.ts';
import { wholeParam } from '../tools/whole-param.ts';
import { countedParam, partFields, partHint, readText } from './read-text.ts';
import { shareName } from './share-name.ts';

export const readFile = shareName({
  // Media come as such where nothing is asked but a path, and that is an official call.
  own: { ...own, output: own.output.omit({ mimeType: true }) },
  description: 'Read a text file whole, or its first or last lines. Use offset for a page of any file.',
  input: own.input.extend({
    offset: wholeParam('Line from 1 or byte from 0; negative: from the end.').optional(),
    limit: countedParam('Lines or bytes.').optional(),
    ...partFields,
  }),
  onlyOwn: ['offset', 'limit', 'unit', 'encoding'],
  shorten: partHint,
  answer: async ({ path, head, tail }, call) => readText(path, { head, tail }, call),
});
