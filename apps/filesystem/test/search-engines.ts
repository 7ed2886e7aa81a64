import { findFilesPage, type FilesPage, type FindFilesRequest } from '../src/search/find-files-page.ts';
import { openSearch } from '../src/search/open-search.ts';
import type { SearchEngine } from '../src/search/search-engine.ts';
import { searchTextPage, type MatchesPage, type SearchTextRequest } from '../src/search/search-text-page.ts';
import { openRoots } from '../src/roots/open-roots.ts';
import { openStart, type StartFolder } from '../src/walk/open-folder.ts';

export const searchLimits = { maxDepth: 64, maxEntries: 10_000, maxFileBytes: 16_777_216, maxProcesses: 4, searchTimeoutMs: 10_000 };

const missing = async () => Promise.resolve({ missing: 'left out' });

/** What searches where there is ripgrep, and where there is none. */
export const engines = [
  ['ripgrep', await openSearch(searchLimits)()],
  ['built-in', await openSearch(searchLimits, missing)()],
] as const;

/** Opens a folder of a root with two patterns of `--exclude`. */
export async function openAt(root: string, path = '.'): Promise<StartFolder> {
  const roots = await openRoots({ texts: [root], writable: false, exclude: ['secret', '/src/app.test.ts'] });
  return openStart(roots.locate(path));
}

/** Where is searched, from the root on. */
interface Place {
  readonly root: string;
  readonly path?: string;
}

/** One page of files by their names. */
export async function find(
  engine: SearchEngine,
  glob: string,
  { root, path, ...more }: Place & Partial<FindFilesRequest>,
): Promise<FilesPage> {
  await using start = await openAt(root, path);
  const { signal } = new AbortController();
  return await findFilesPage(engine, { start, glob, gitignore: true, limit: 100, after: undefined, signal, ...more });
}

/** One page of lines by their text. */
export async function search(
  engine: SearchEngine,
  pattern: string,
  { root, path, ...more }: Place & Partial<SearchTextRequest>,
): Promise<MatchesPage> {
  await using start = await openAt(root, path);
  const { signal } = new AbortController();
  const { maxFileBytes } = searchLimits;
  const plain = {
    regex: false,
    maxFileBytes,
    ignoreCase: false,
    glob: undefined,
    gitignore: true,
    context: 0,
    limit: 100,
    after: undefined,
  };
  return await searchTextPage(engine, { ...plain, start, pattern, signal, ...more });
}
