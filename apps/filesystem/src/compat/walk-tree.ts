import { AppError } from '@trellis-mcp/errors';
import type { Call } from '@trellis-mcp/server';
import type { Deps } from '../deps.ts';
import { type Located, locateEntry } from '../roots/located.ts';
import { openFolder, type StartFolder } from '../walk/open-folder.ts';
import { readFolder } from '../walk/read-folder.ts';
import { openWalkBudget, searchTooLong, tooManyEntries, type WalkBudget } from '../walk/walk-budget.ts';

/** An entry on a walk. */
export interface WalkedEntry {
  /** From the start on. */
  readonly names: readonly string[];
  readonly isDirectory: boolean;
  /** A folder that could not be read. */
  readonly isUnread: boolean;
  readonly isWanted: boolean;
}

/** What a walk leaves out, and what it is for. `path` is relative to the start. */
export interface WalkJudge {
  isExcluded(path: string): boolean;
  isWanted(path: string): boolean;
}

interface Level {
  readonly folder: Located;
  readonly names: readonly string[];
  readonly isUnread: boolean;
  readonly entries: readonly { readonly name: string; readonly isDirectory: boolean; readonly isWanted: boolean }[];
  next: number;
}

/**
 * Walks through a folder as the official server does: hidden and ignored entries, too, each folder in the order of its names, and what is in a
 * folder right behind it. Goes over no link.
 *
 * @throws AppError `LIMIT` or `TIMEOUT` when not all can be seen.
 */
export async function* walkTree(start: StartFolder, judge: WalkJudge, call: Call<Deps>): AsyncGenerator<WalkedEntry, void> {
  const { maxDepth, maxEntries, searchTimeoutMs: timeoutMs } = call.deps.limits;
  const budget = openWalkBudget({ maxEntries, timeoutMs, signal: call.signal });
  const read = async (folder: Located, names: readonly string[]): Promise<Level> => {
    if (names.length >= maxDepth) throw tooDeep(maxDepth);
    const level = await readLevel({ folder, names }, judge, budget);
    if (budget.over === 'time') throw searchTooLong(timeoutMs);
    if (budget.over === 'entries') throw tooManyEntries(maxEntries);
    return level;
  };
  const levels = [await read(start.located, [])];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const entry = level.entries[level.next];
    level.next += 1;
    if (entry === undefined) {
      levels.pop();
      continue;
    }
    const names = [...level.names, entry.name];
    const below = entry.isDirectory ? await read(locateEntry(level.folder, entry.name), names) : undefined;
    yield { names, isDirectory: entry.isDirectory, isUnread: below?.isUnread ?? false, isWanted: entry.isWanted };
    if (below !== undefined) levels.push(below);
  }
}

async function readLevel({ folder, names }: Pick<Level, 'folder' | 'names'>, judge: WalkJudge, budget: WalkBudget): Promise<Level> {
  await using directory = await openFolder(folder);
  const entries: Level['entries'][number][] = [];
  const above = names.length === 0 ? '' : `${names.join('/')}/`;
  // Judged as they come, between two reads of the disk: a large folder keeps nobody waiting.
  const isRead =
    directory !== undefined &&
    (await readFolder(directory, { budget, gitignore: false, level: undefined }, (name, kind) => {
      const path = above + name;
      if (!judge.isExcluded(path)) entries.push({ name, isDirectory: kind === 'directory', isWanted: judge.isWanted(path) });
    }));
  entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  return { folder, names, isUnread: !isRead, entries, next: 0 };
}

function tooDeep(maxDepth: number): AppError {
  return new AppError('LIMIT', `There are folders more than ${maxDepth} deep.`, {
    hint: 'Name a folder further down, or exclude them. The operator can raise --max-depth.',
  });
}
