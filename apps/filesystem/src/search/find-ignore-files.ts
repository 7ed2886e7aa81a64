import { AppError } from '@trellis-mcp/errors';
import { type IgnoreLevel, loadLevelsAbove, readIgnoreFile } from '../walk/ignore-level.ts';
import { openFolder, type StartFolder } from '../walk/open-folder.ts';
import type { IgnoreFile } from './ignore-globs.ts';
import { locateBelow } from './locate-below.ts';

/** How far folders are looked into for .gitignore files. */
export interface ListOptions {
  /** Where the list may end. */
  readonly maxFolders: number;
  /** Default: as deep as a call may go. */
  readonly maxDepth?: number;
}

/** Folders that have a .gitignore. */
export interface IgnoreFolders {
  /** From the start on. */
  readonly paths: readonly string[];
  readonly isWhole: boolean;
}

/** Lists folders below the start that have a .gitignore, without those that the known rules leave out. */
export type ListIgnoreFolders = (known: readonly IgnoreFile[], options: ListOptions) => Promise<IgnoreFolders>;

const maxFiles = 5_000;
const maxRules = 100_000;
/** More lie in packages that a rule further up leaves out, as a rule; so what is near the start is read first. */
const manyFiles = 500;
const nearDepth = 4;
/** A rule can bring back a folder with a .gitignore that brings back another one; so deep it is followed. */
const maxRounds = 8;
/** Read in one turn: enough that the threads of the file system never wait for this one. */
const atOnce = 16;

/** The .gitignore files of the start and above it, from the root on. */
export async function readFirstIgnoreFiles(start: StartFolder): Promise<readonly IgnoreFile[]> {
  return [...flatten(await loadLevelsAbove(start.located), start), ...(await readAll(start, ['']))];
}

/**
 * Finds the other .gitignore files that count for a search, and puts them in order, from the root on. Each is read through its pinned folder:
 * a link, a FIFO and what lies outside say nothing, whatever a list by another process was led to.
 *
 * @returns `known` itself when there are no others.
 * @throws AppError `LIMIT` when they are too many.
 */
export async function findIgnoreFiles(
  start: StartFolder,
  known: readonly IgnoreFile[],
  list: ListIgnoreFolders,
): Promise<readonly IgnoreFile[]> {
  let files = known;
  const seen = new Set(['']);
  for (let round = 0; round < maxRounds; round += 1) {
    const { paths, isWhole } = await list(files, { maxFolders: round === 0 ? manyFiles : maxFiles });
    const near = isWhole || round > 0 ? undefined : await list(files, { maxFolders: maxFiles, maxDepth: nearDepth });
    const added = (near?.paths ?? paths).filter((path) => !seen.has(path));
    added.forEach((path) => seen.add(path));
    if (seen.size > maxFiles || near?.isWhole === false || (round > 0 && !isWhole)) throw tooManyFiles();
    const found = await readAll(start, added);
    if (found.length > 0) files = [...files, ...found].sort((a, b) => a.names.length - b.names.length);
    if (files.reduce((sum, { rules }) => sum + rules.length, 0) > maxRules) throw tooManyFiles();
    // Only what keeps can bring back a folder that was not looked into.
    if (isWhole && !found.some(({ rules }) => rules.some(({ keeps }) => keeps))) break;
  }
  return files;
}

function flatten(level: IgnoreLevel | undefined, start: StartFolder): readonly IgnoreFile[] {
  if (level === undefined) return [];
  return [...flatten(level.above, start), { names: start.located.names.slice(0, level.depth), rules: level.lines }];
}

async function readAll(start: StartFolder, paths: readonly string[]): Promise<readonly IgnoreFile[]> {
  const waiting = [...paths];
  const files: IgnoreFile[] = [];
  const work = async (): Promise<void> => {
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const file = await readOf(start, path);
      if (file !== undefined) files.push(file);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, paths.length) }, work));
  return files;
}

async function readOf(start: StartFolder, path: string): Promise<IgnoreFile | undefined> {
  if (path === '') return toFile(start.located.names, await readIgnoreFile(start.directory));
  await using directory = await openFolder(locateBelow(start, path));
  return directory === undefined ? undefined : toFile(directory.names, await readIgnoreFile(directory));
}

function toFile(names: readonly string[], rules: IgnoreFile['rules'] | undefined): IgnoreFile | undefined {
  return rules === undefined || rules.length === 0 ? undefined : { names, rules };
}

function tooManyFiles(): AppError {
  return new AppError('LIMIT', `More than ${maxFiles} .gitignore files or ${maxRules} lines in them would have to be read.`, {
    hint: 'Name a folder further down. The operator can set --no-gitignore.',
    details: { maxFiles, maxRules },
  });
}
