import type { Call } from '@trellis-mcp/server';
import type { Deps } from '../deps.ts';
import type { PinnedDirectory } from '../descriptor/open-directory.ts';
import { compareBytes } from '../list/first-entries.ts';
import { type ScannedEntry, scanDirectory } from '../list/scan-directory.ts';
import { tooLong } from './official-reply.ts';

/** Most entries of one answer: they are all held. */
const maxListed = 20_000;

/** What makes an answer about a folder smaller. */
export const listHint = 'Call list_directory with limit, and cursor for the next page.';

/**
 * All entries of a folder, by the bytes of their names.
 *
 * @throws AppError `LIMIT` for more than 20,000 entries.
 */
export async function scanWhole(directory: PinnedDirectory, { deps: { limits }, signal }: Call<Deps>): Promise<readonly ScannedEntry[]> {
  const entries: ScannedEntry[] = [];
  for await (const entry of scanDirectory(directory, { maxEntries: limits.maxEntries, signal })) {
    if (entries.length === maxListed) throw tooLong(limits, listHint);
    entries.push(entry);
  }
  return entries.sort((one, other) => compareBytes(one.bytes, other.bytes));
}

/** How the official server marks an entry: a link is a file, whatever it leads to. */
export function markOf({ dirent }: ScannedEntry): '[DIR]' | '[FILE]' {
  return dirent.isDirectory() ? '[DIR]' : '[FILE]';
}
