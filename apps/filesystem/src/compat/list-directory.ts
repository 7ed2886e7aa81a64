import { z } from 'zod';
import { listDirectory as own } from '../tools/list-directory.ts';
import { createLines } from './lines.ts';
import { isFolder, listEntries, listHint } from './list-entries.ts';
import { shareName } from './share-name.ts';

const { path, limit, cursor, sort, hidden } = own.input.shape;

/** Without defaults: what is there was sent. */
const input = z.object({
  path,
  limit: limit.unwrap().optional(),
  cursor,
  sort: sort.unwrap().optional().describe('Largest or newest first.'),
  hidden: hidden.unwrap().optional().describe('Dot files, too.'),
});

export const listDirectory = shareName({
  own,
  description: 'List all names in one folder; with limit, cursor, sort or hidden a page of them with sizes and times.',
  input,
  onlyOwn: ['limit', 'cursor', 'sort', 'hidden'],
  shorten: listHint,

  async answer(args, call) {
    const lines = createLines(call.deps.limits, listHint);
    for (const entry of await listEntries(args.path, 'name', call)) lines.add(`${isFolder(entry) ? '[DIR]' : '[FILE]'} ${entry.name}`);
    return lines.join();
  },
});
