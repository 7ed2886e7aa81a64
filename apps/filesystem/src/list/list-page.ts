import { AppError } from '@trellis-mcp/errors';
import type { PinnedDirectory } from '../descriptor/open-directory.ts';
import { quote } from '../roots/located.ts';
import { describeEntry, type Entry, inspectEntry } from './entry.ts';
import { compareRanks, keepFirst, type Rank, type RankedEntry } from './first-entries.ts';
import { type ScannedEntry, scanDirectory, type ScanOptions } from './scan-directory.ts';

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
    const stats = await inspectEntry(directory, candidate.entry);
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
  const { limit, sort, after, signal } = request;
  const first = keepFirst(limit + 1);
  const add = (ranked: RankedEntry): void => {
    if (after === undefined || compareRanks(ranked, after) > 0) first.add(ranked);
  };
  if (sort === 'name') {
    for await (const entry of scanShown(directory, request)) add({ entry, bytes: entry.bytes, key: 0 });
    return first.take();
  }
  for (const entry of await collectFew(directory, request)) {
    signal.throwIfAborted();
    add({ entry, bytes: entry.bytes, key: await keyOf(directory, { entry, sort }) });
  }
  return first.take();
}

/** All of them, before one is looked at: a folder that has too many is told so at once. */
async function collectFew(directory: PinnedDirectory, request: ListRequest): Promise<readonly ScannedEntry[]> {
  const entries: ScannedEntry[] = [];
  for await (const entry of scanShown(directory, request)) {
    if (entries.length === maxLooked) throw tooMany(directory);
    entries.push(entry);
  }
  return entries;
}

async function* scanShown(directory: PinnedDirectory, request: ListRequest): AsyncGenerator<ScannedEntry, void> {
  for await (const entry of scanDirectory(directory, request)) if (request.hidden || !entry.bytes.startsWith('.')) yield entry;
}

async function keyOf(directory: PinnedDirectory, { entry, sort }: Pick<RankedEntry, 'entry'> & { readonly sort: 'modified' | 'size' }) {
  const stats = await inspectEntry(directory, entry);
  if (stats === undefined || stats === 'unreadable') return 0;
  return sort === 'size' ? -stats.size : -stats.mtimeMs;
}

function tooMany({ located }: PinnedDirectory): AppError {
  return new AppError('LIMIT', `${quote(located)} has more than ${maxLooked} entries; only so many are put in order by size or time.`, {
    hint: 'Sort by name.',
    details: { limitEntries: maxLooked },
  });
}
