import { z } from 'zod';
import { openDirectory } from '../descriptor/open-directory.ts';
import { locate } from '../roots/locate.ts';
import { listDirectory as own } from '../tools/list-directory.ts';
import { createLines } from './lines.ts';
import { listHint, markOf, scanWhole } from './scan-whole.ts';
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
  description: 'List all names in one folder. Use limit, cursor, sort or hidden for a page of them with sizes and times.',
  input,
  onlyOwn: ['limit', 'cursor', 'sort', 'hidden'],
  shorten: listHint,

  async answer(args, call) {
    await using directory = await openDirectory(await locate(call, args.path));
    const lines = createLines(call.deps.limits, listHint);
    for (const entry of await scanWhole(directory, call)) lines.add(`${markOf(entry)} ${entry.name}`);
    return lines.join();
  },
});
