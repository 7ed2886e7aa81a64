import { comparePaths } from '../walk/compare-paths.ts';
import type { StartFolder } from '../walk/open-folder.ts';
import { createSmallest, type Smallest } from '../walk/smallest.ts';
import { createAccept } from './create-accept.ts';
import type { FoundLine } from './event-reader.ts';
import { canHold, type Place } from './read-place.ts';
import type { SearchEngine, TextQuery, TextVisitor } from './search-engine.ts';
import { showMatches, type ShownMatch, type ShownMatches } from './show-matches.ts';

/** One page of matching lines. */
export interface SearchTextRequest extends Omit<TextQuery, 'maxCount' | 'isStrict'> {
  readonly start: StartFolder;
  readonly gitignore: boolean;
  /** Lines shown before and after each match. */
  readonly context: number;
  readonly limit: number;
  /** Where the page before ended. */
  readonly after: Pick<Place, 'path' | 'line' | 'seen'> | undefined;
  readonly signal: AbortSignal;
  /** Larger files are not searched. */
  readonly maxFileBytes: number;
}

/** What {@link searchTextPage} returns. */
export interface MatchesPage {
  readonly matches: readonly ShownMatch[];
  /** Fewer than all when truncated. */
  readonly filesSearched: number;
  readonly truncated: boolean;
  readonly next: Pick<Place, 'path' | 'line' | 'seen'> | undefined;
}

/** A matching line and its file, relative to the start. */
export interface FoundMatch extends FoundLine {
  readonly path: string;
}

/** Finds lines by their text, in the order of paths and lines. */
export async function searchTextPage(engine: SearchEngine, request: SearchTextRequest): Promise<MatchesPage> {
  const isStrict = request.start.located.root.guarantee === 'best-effort';
  const page = await searchOnce(engine, request, isStrict);
  return page.hasLargeFile && !isStrict ? await searchOnce(engine, request, true) : page;
}

async function searchOnce(
  engine: SearchEngine,
  request: SearchTextRequest,
  isStrict: boolean,
): Promise<MatchesPage & Pick<ShownMatches, 'hasLargeFile'>> {
  const { start, limit, after } = request;
  const accept = await createAccept(start, request);
  const { visitor, result } = collect({ accept, limit, after });
  await engine.searchText(request, { ...request, isStrict, maxCount: (after?.seen ?? 0) + limit + 1 }, visitor);
  const { found, filesSearched } = result();
  const page = found.slice(0, limit);
  const truncated = found.length > limit;
  return { ...(await showMatches(request, page)), filesSearched, truncated, next: truncated ? toNext(page, after) : undefined };
}

interface CollectOptions {
  readonly accept: (path: string) => boolean;
  readonly limit: number;
  readonly after: Pick<Place, 'path' | 'line'> | undefined;
}

interface Collected {
  readonly found: readonly FoundMatch[];
  readonly filesSearched: number;
}

/** Keeps the first matches behind `after`, one more than the limit. */
function collect({ accept, limit, after }: CollectOptions): { visitor: TextVisitor; result: () => Collected } {
  const open = (): Smallest<FoundMatch> => createSmallest<FoundMatch>(limit + 1, compareMatches);
  let first = open();
  let searches: number | undefined;
  let begun = 0;
  let count = 0;
  let path: string | undefined;
  let ofFile: FoundMatch[] = [];
  const visitor: TextVisitor = {
    begin(next) {
      begun += 1;
      ofFile = [];
      path = (after === undefined || comparePaths(next, after.path) >= 0) && accept(next) ? next : undefined;
    },
    found(line) {
      if (path !== undefined && !(path === after?.path && line.line <= after.line)) ofFile.push({ path, ...line });
    },
    end(isBinary) {
      if (isBinary) return;
      count += ofFile.length;
      ofFile.forEach(first.add);
    },
    summary(all) {
      searches = all;
    },
    restart() {
      first = open();
      searches = undefined;
      [begun, count] = [0, 0];
    },
    isEnough: () => count > limit,
  };
  return { visitor, result: () => ({ found: first.list(), filesSearched: searches ?? begun }) };
}

function compareMatches(a: FoundMatch, b: FoundMatch): number {
  return comparePaths(a.path, b.path) || a.line - b.line;
}

function toNext(page: readonly FoundMatch[], after: SearchTextRequest['after']): MatchesPage['next'] {
  const last = page.at(-1);
  if (last === undefined || !canHold(last.path)) return undefined;
  const ofFile = page.filter(({ path }) => path === last.path).length;
  return { path: last.path, line: last.line, seen: ofFile + (after?.path === last.path ? after.seen : 0) };
}
