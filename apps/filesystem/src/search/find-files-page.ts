import { comparePaths } from '../walk/compare-paths.ts';
import type { StartFolder } from '../walk/open-folder.ts';
import { createSmallest, type Smallest } from '../walk/smallest.ts';
import { createAccept } from './create-accept.ts';
import { keepInside } from './locate-below.ts';
import { canHold } from './read-place.ts';
import type { SearchEngine } from './search-engine.ts';

/** One page of files. */
export interface FindFilesRequest {
  readonly start: StartFolder;
  readonly glob: string;
  readonly gitignore: boolean;
  readonly limit: number;
  /** The last path of the page before, relative to the start. */
  readonly after: string | undefined;
  readonly signal: AbortSignal;
}

/** What {@link findFilesPage} returns. */
export interface FilesPage {
  readonly paths: readonly string[];
  /** Files that match, on all pages. */
  readonly total: number;
  readonly truncated: boolean;
  /** Relative to the start: where the next page begins. */
  readonly last: string | undefined;
}

/** Finds files by name, in the order of their paths. */
export async function findFilesPage(engine: SearchEngine, request: FindFilesRequest): Promise<FilesPage> {
  const { start, limit, after } = request;
  const accept = await createAccept(start, request);
  const open = (): Smallest<string> => createSmallest<string>(limit + 1, comparePaths);
  let first = open();
  let total = 0;
  await engine.listFiles(request, request.glob, {
    visit(path) {
      if (!accept(path)) return;
      total += 1;
      if (after === undefined || comparePaths(path, after) > 0) first.add(path);
    },
    restart() {
      first = open();
      total = 0;
    },
  });
  const found = first.list();
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const kept = await keepInside(start, page);
  const truncated = found.length > limit;
  return {
    paths: kept.map(({ shown }) => shown),
    total,
    truncated,
    last: truncated && last !== undefined && canHold(last) ? last : undefined,
  };
}
