import { AppError } from '@trellis-mcp/errors';
import type { PinnedDirectory } from '../descriptor/open-directory.ts';
import { quote } from '../roots/located.ts';
import { describeEntry, type Entry, lookAt } from './entry.ts';
import { compareRanks, keepFirst, type Rank, type RankedEntry } from './first-entries.ts';
import { scanDirectory, type ScanOptions } from './scan-directory.ts';

/** How a folder can be ordered: names from a to z, sizes and times from the largest. */
export const sorts = ['name', 'size', 'modified'] as const;

/** What a caller asks of a folder. */
export interface ListRequest extends ScanOptions {
  readonly limit: number;
  readonly sort: (typeof sorts)[number];
  /** Whether names with a dot in front are there, too. */
  readonly hidden: boolean;
  /** Where the page before ended. */
  readonly after?: Rank | undefined;
  /** Most bytes of entries as JSON. */
  readonly maxBytes: number;
}

/** A page of a folder. */
export interface ListPage {
  readonly entries: readonly Entry[];
  /** Where the next page goes on; absent at the end. */
  readonly last?: Rank;
}

/** Entries whose size or time may be asked for to put them in order. */
const maxLooked = 20_000;

/** Lists a page of an open folder. The folder is gone through once for each page, and only the page is held. */
export async function listPage(directory: PinnedDirectory, request: ListRequest): Promise<ListPage> {
  const ranked = await rankEntries(directory, request);
  const entries: Entry[] = [];
  let bytes = 0;
  let last: RankedEntry | undefined;
  for (const candidate of ranked) {
    request.signal.throwIfAborted();
    const stats = await lookAt(directory, candidate.entry);
    const entry = stats === undefined ? undefined : await describeEntry(directory, candidate.entry, stats);
    bytes += entry === undefined ? 0 : Buffer.byteLength(JSON.stringify(entry)) + 1;
    const isFull = entries.length === request.limit || (entries.length > 0 && bytes > request.maxBytes);
    if (isFull) return { entries, ...(last !== undefined && { last }) };
    if (entry !== undefined) entries.push(entry);
    last = candidate;
  }
  // Entries that vanished meanwhile make a page short, not the last one.
  return { entries, ...(ranked.length > request.limit && last !== undefined && { last }) };
}

async function rankEntries(directory: PinnedDirectory, request: ListRequest): Promise<readonly RankedEntry[]> {
  const { limit, sort, hidden, after } = request;
  const first = keepFirst(limit + 1);
  let looked = 0;
  for await (const entry of scanDirectory(directory, request)) {
    if (!hidden && entry.bytes.startsWith('.')) continue;
    if (sort !== 'name' && ++looked > maxLooked) throw tooMany(directory);
    const ranked = { entry, bytes: entry.bytes, key: sort === 'name' ? 0 : await keyOf(directory, { entry, sort }) };
    if (after === undefined || compareRanks(ranked, after) > 0) first.add(ranked);
  }
  return first.take();
}

async function keyOf(directory: PinnedDirectory, { entry, sort }: Pick<RankedEntry, 'entry'> & { readonly sort: 'modified' | 'size' }) {
  const stats = await lookAt(directory, entry);
  if (stats === undefined || stats === 'unreadable') return 0;
  return sort === 'size' ? -stats.size : -stats.mtimeMs;
}

function tooMany({ located }: PinnedDirectory): AppError {
  return new AppError('LIMIT', `${quote(located)} has more than ${maxLooked} entries; only so many are put in order by size or time.`, {
    hint: 'Sort by name.',
    details: { limitEntries: maxLooked },
  });
}
