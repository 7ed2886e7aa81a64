import { ignoreName } from '../walk/ignore-level.ts';
import { assertAnswered } from './assert-answered.ts';
import { createLeftOut } from './create-left-out.ts';
import { findIgnoreFiles } from './find-ignore-files.ts';
import { type IgnoreFile, toIgnoreGlobs } from './ignore-globs.ts';
import { createNameReader, withoutDot } from './name-reader.ts';
import { type CommonOptions, ignoreFileArguments } from './ripgrep-arguments.ts';
import type { RipgrepEnd, RipgrepRun } from './run-ripgrep.ts';
import type { SearchJob, SearchLimits } from './search-engine.ts';

/** Runs ripgrep where a search starts. */
export type Run = (args: readonly string[], options: RunOptions) => Promise<RipgrepEnd>;

/** What differs between the processes of one search. */
export interface RunOptions extends Pick<RipgrepRun, 'take' | 'maxFileBytes' | 'maxMemoryBytes'> {
  /** Default: that of the search. */
  readonly signal?: AbortSignal;
}

/** One search, and how it runs ripgrep. */
export interface SearchRun {
  readonly job: SearchJob;
  readonly limits: SearchLimits;
  readonly run: Run;
  /** @throws AppError `TIMEOUT` and the reason of an abort. */
  readonly assertInTime: () => void;
}

/** A search that knows what .gitignore files say. */
export interface PreparedSearch {
  readonly run: Run;
  readonly common: CommonOptions;
  /** Whether a rule that ripgrep was not told leaves out a path. */
  readonly isLeftOut: ((path: string) => boolean) | undefined;
}

/** Makes a search ready that leaves out what the files say. */
export async function prepareSearch({ job, limits, run, assertInTime }: SearchRun, files: readonly IgnoreFile[]): Promise<PreparedSearch> {
  const { names } = job.start.located;
  const { globs, untold } = toIgnoreGlobs(files, names);
  return { run, common: toCommon(job, limits, globs), isLeftOut: await createLeftOut(files, { start: names, untold, assertInTime }) };
}

/**
 * Finds the .gitignore files below the start: ripgrep looks for them, but reads none.
 *
 * @param known Those of the start and above it.
 * @returns The very list of those that are known when there are no others.
 */
export async function findMoreIgnoreFiles({ job, limits, run }: SearchRun, known: readonly IgnoreFile[]): Promise<readonly IgnoreFile[]> {
  const { start } = job;
  return findIgnoreFiles(start, known, async (files, { maxFolders, maxDepth = limits.maxDepth }) => {
    const paths: string[] = [];
    const read = createNameReader((name) => {
      const path = `/${withoutDot(name)}`;
      if (path.endsWith(`/${ignoreName}`)) paths.push(path.slice(1, -ignoreName.length - 1));
    });
    const take = async (chunk: Buffer): Promise<boolean> => {
      await read(chunk);
      return paths.length > maxFolders;
    };
    const common = toCommon(
      job,
      { ...limits, maxDepth: Math.min(maxDepth, limits.maxDepth) },
      toIgnoreGlobs(files, start.located.names).globs,
    );
    const end = await run(ignoreFileArguments(common), { take });
    assertAnswered(end);
    return { paths, isWhole: !end.isEnough };
  });
}

function toCommon({ start, gitignore }: SearchJob, { maxDepth }: SearchLimits, ignoreGlobs: readonly string[]): CommonOptions {
  const { root, names } = start.located;
  return { gitignore, ignoreGlobs, maxDepth, excludes: root.excludes, isRoot: names.length === 0 };
}
