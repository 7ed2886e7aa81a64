import type { Call } from '@trellis-mcp/server';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { openDirectory } from '../descriptor/open-directory.ts';
import type { Entry } from '../list/entry.ts';
import { listPage, type ListRequest } from '../list/list-page.ts';
import { locate } from '../roots/locate.ts';
import { tooLong } from './official-reply.ts';

/** Most entries of one answer: they are all held, and all looked at. */
const maxListed = 20_000;

/** What makes an answer of {@link listEntries} smaller. */
export const listHint = 'Call list_directory with limit, and cursor for the next page.';

/** How a folder can be ordered in the official way. */
export const sortBy = z.enum(['name', 'size']).default('name').describe('Largest first.');

/**
 * Lists a folder whole.
 *
 * @throws AppError `LIMIT` for more than 20,000 entries.
 */
export async function listEntries(path: string, sort: ListRequest['sort'], call: Call<Deps>): Promise<readonly Entry[]> {
  const { limits } = call.deps;
  await using directory = await openDirectory(await locate(call, path));
  const request = { sort, hidden: true, limit: maxListed, maxEntries: limits.maxEntries, maxBytes: Infinity, signal: call.signal };
  const { entries, last } = await listPage(directory, request);
  if (last !== undefined) throw tooLong(limits, listHint);
  return entries;
}

/** How the official server marks an entry: a link is a file, whatever it leads to. */
export function isFolder({ type, isSymlink }: Entry): boolean {
  return type === 'directory' && !isSymlink;
}
