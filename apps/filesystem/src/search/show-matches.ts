import { isAppError } from '@trellis-mcp/errors';
import { openToRead } from '../descriptor/open-to-read.ts';
import type { Located } from '../roots/located.ts';
import { isSamePlace, type StartFolder } from '../walk/open-folder.ts';
import { locateBelow } from './locate-below.ts';
import type { FoundMatch } from './search-text-page.ts';
import { readMatch } from './read-match.ts';
import { openTextSource } from './text-source.ts';

/** A match as callers read it. */
export interface ShownMatch {
  readonly path: string;
  readonly line: number;
  /** Of the match in its line, in characters, from 1. */
  readonly column: number;
  readonly text: string;
  readonly before?: readonly string[];
  readonly after?: readonly string[];
}

/** What of the request {@link showMatches} needs. */
export interface ShowOptions {
  readonly start: StartFolder;
  readonly context: number;
  readonly signal: AbortSignal;
  readonly maxFileBytes: number;
}

/** What {@link showMatches} returns. */
export interface ShownMatches {
  readonly matches: readonly ShownMatch[];
  /** Whether one of the files is larger than is searched. */
  readonly hasLargeFile: boolean;
}

/** Files open at once: enough that the threads of the file system never wait for this one. */
const atOnce = 32;

/**
 * Reads what is shown of each match from its file, through a descriptor that is known to be inside of the root: what a search by another
 * process was told is only where to look. Files that are elsewhere or otherwise by now are left out.
 */
export async function showMatches(options: ShowOptions, matches: readonly FoundMatch[]): Promise<ShownMatches> {
  const files = [...Map.groupBy(matches, ({ path }) => path)];
  const shown: (readonly ShownMatch[])[] = files.map(() => []);
  let next = 0;
  let hasLargeFile = false;
  const work = async (): Promise<void> => {
    for (let index = next++; index < files.length; index = next++) {
      const [path, found] = files[index] ?? ['', []];
      const matches = await showFile(locateBelow(options.start, path), found, options);
      if (matches === 'large') hasLargeFile = true;
      else shown[index] = matches;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { matches: shown.flat(), hasLargeFile };
}

async function showFile(
  located: Located,
  found: readonly FoundMatch[],
  { context, signal, maxFileBytes }: ShowOptions,
): Promise<readonly ShownMatch[] | 'large'> {
  try {
    await using file = await openToRead(located, { signal });
    if (file.stats.size > BigInt(maxFileBytes)) return 'large';
    const source = isSamePlace(file.names, located.names) ? await openTextSource(file) : undefined;
    if (source === undefined) return [];
    const shown: ShownMatch[] = [];
    for (const { line, ...place } of found) {
      signal.throwIfAborted();
      const match = await readMatch(source, place, context);
      if (match !== undefined) shown.push({ path: located.shown, line, ...match });
    }
    return shown;
  } catch (error) {
    if (isAppError(error) && !signal.aborted && error.code !== 'LIMIT') return [];
    throw error;
  }
}
