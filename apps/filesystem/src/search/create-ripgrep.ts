import { setImmediate as nextTurn } from 'node:timers/promises';
import { searchTooLong, tooManyEntries } from '../walk/walk-budget.ts';
import { assertAnswered } from './assert-answered.ts';
import { readFirstIgnoreFiles } from './find-ignore-files.ts';
import type { IgnoreFile } from './ignore-globs.ts';
import { createNameReader, withoutDot } from './name-reader.ts';
import { findMoreIgnoreFiles, type PreparedSearch, prepareSearch, type SearchRun } from './prepare-search.ts';
import type { ProcessSlots } from './process-slots.ts';
import { listArguments, nameGlobOf } from './ripgrep-arguments.ts';
import { runRipgrep } from './run-ripgrep.ts';
import type { SearchEngine, SearchJob, SearchLimits } from './search-engine.ts';
import { searchText } from './search-text.ts';

/** What {@link createRipgrep} needs. */
export interface RipgrepOptions {
  readonly program: string;
  readonly slots: ProcessSlots;
  readonly limits: SearchLimits;
}

/** Searches by a process each, or two at once where there is room, and by one deadline. */
export function createRipgrep(options: RipgrepOptions): SearchEngine {
  const { limits } = options;
  const search = createSearch(options);
  return {
    name: 'ripgrep',

    async listFiles(job, glob, { visit, restart }) {
      await search({ job, restart }, async ({ run, common, isLeftOut }) => {
        let count = 0;
        const take = createNameReader((name) => {
          count += 1;
          if (count > limits.maxEntries) throw tooManyEntries(limits.maxEntries);
          const path = withoutDot(name);
          if (isLeftOut?.(path) !== true) visit(path);
        });
        assertAnswered(await run(listArguments(common, nameGlobOf(glob)), { take }));
      });
    },

    async searchText(job, query, visitor) {
      await search({ job, restart: visitor.restart }, async (prepared) => {
        await searchText(prepared, query, { visitor, maxFileBytes: limits.maxFileBytes });
      });
    },
  };
}

interface Searched {
  readonly job: SearchJob;
  /** Called before the work is done again. */
  readonly restart: () => void;
}

/** Makes what does the work of a search with all rules that count. */
function createSearch(options: RipgrepOptions): (searched: Searched, work: (prepared: PreparedSearch) => Promise<void>) => Promise<void> {
  const { slots } = options;
  const open = createOpen(options);
  return async ({ job, restart }, work) =>
    open(job, async (search) => {
      const workWith = async (files: readonly IgnoreFile[], signal: AbortSignal): Promise<void> => {
        const run: SearchRun['run'] = async (args, taking) => search.run(args, { ...taking, signal });
        await work(await prepareSearch({ ...search, run }, files));
      };
      if (!job.gitignore) return workWith([], job.signal);
      const known = await readFirstIgnoreFiles(job.start);
      const find = async (): Promise<readonly IgnoreFile[]> => findMoreIgnoreFiles(search, known);
      // The search itself starts first, where both run at once.
      const more = slots.runNow(async () => nextTurn().then(find));
      if (more === undefined) return workWith(await find(), job.signal);
      if (await isRightGuess({ known, more, signal: job.signal }, workWith)) return undefined;
      restart();
      return workWith(await more, job.signal);
    });
}

/** Makes what runs a search in a slot, with one deadline for all of its processes. */
function createOpen({
  program,
  slots,
  limits,
}: RipgrepOptions): (job: SearchJob, work: (search: SearchRun) => Promise<void>) => Promise<void> {
  return async (job, work) =>
    slots.run(job.signal, async () => {
      const { start, signal } = job;
      const [since, timeoutMs] = [performance.now(), limits.searchTimeoutMs];
      const plain = { program, directory: start.directory, timeoutMs, since, signal };
      const assertInTime = (): void => {
        signal.throwIfAborted();
        if (performance.now() > since + timeoutMs) throw searchTooLong(timeoutMs);
      };
      await work({ job, limits, assertInTime, run: async (args, options) => runRipgrep({ ...plain, ...options, args }) });
    });
}

interface Guess {
  readonly known: readonly IgnoreFile[];
  /** The same list when there are no more. */
  readonly more: Promise<readonly IgnoreFile[]>;
  readonly signal: AbortSignal;
}

/**
 * Works with the files that are known while others are looked for, which most folders do not have.
 *
 * @returns Whether there are none, and the work was done.
 */
async function isRightGuess(
  { known, more, signal }: Guess,
  work: (files: readonly IgnoreFile[], signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const wrong = new AbortController();
  const done = work(known, AbortSignal.any([signal, wrong.signal]));
  const settled = Promise.allSettled([done]);
  try {
    if ((await more) === known) {
      await done;
      return true;
    }
  } finally {
    wrong.abort();
    await settled;
  }
  return false;
}
