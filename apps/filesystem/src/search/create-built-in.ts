import { setImmediate as nextTurn } from 'node:timers/promises';
import { isAppError } from '@trellis-mcp/errors';
import { openFile } from '../descriptor/open-file.ts';
import type { Located } from '../roots/located.ts';
import { isSamePlace } from '../walk/open-folder.ts';
import { openWalkBudget, searchTooLong, tooManyEntries, type WalkBudget } from '../walk/walk-budget.ts';
import { walkFiles } from '../walk/walk-files.ts';
import { compileText, type LineMatcher } from './compile-text.ts';
import type { ProcessSlots } from './process-slots.ts';
import { readFoundLines } from './read-found-lines.ts';
import type { SearchEngine, SearchJob, SearchLimits, TextVisitor } from './search-engine.ts';

/** What {@link createBuiltIn} needs. */
export interface BuiltInOptions {
  readonly slots: ProcessSlots;
  readonly limits: SearchLimits;
}

/** Searches in this process, where there is no ripgrep: slower, and files of UTF-16 count as no text. */
export function createBuiltIn({ slots, limits }: BuiltInOptions): SearchEngine {
  const { maxDepth, maxEntries, searchTimeoutMs: timeoutMs, maxFileBytes } = limits;
  const walk = async (job: SearchJob, visit: (files: readonly Located[], budget: WalkBudget) => void | Promise<void>): Promise<void> => {
    const budget = openWalkBudget({ maxEntries, timeoutMs, signal: job.signal });
    await slots.run(job.signal, async () => {
      for await (const files of walkFiles(job.start, { budget, gitignore: job.gitignore, maxDepth })) {
        await visit(files, budget);
        await nextTurn();
      }
    });
    if (budget.over === 'time') throw searchTooLong(timeoutMs);
    if (budget.over === 'entries') throw tooManyEntries(maxEntries);
  };
  return {
    name: 'built-in',

    async listFiles(job, _glob, { visit }) {
      await walk(job, async (files) => {
        for (const [index, file] of files.entries()) {
          visit(pathBelow(job, file));
          if (index % 64 === 63) await nextTurn();
        }
      });
    },

    async searchText(job, query, visitor) {
      const matcher = await compileText(query);
      let searches = 0;
      await walk(job, async (files, budget) => {
        for (const file of files) {
          const options = { path: pathBelow(job, file), matcher, maxCount: query.maxCount, maxFileBytes, budget };
          if (await searchFile(file, visitor, options)) searches += 1;
          if (budget.over !== undefined) return;
        }
      });
      visitor.summary(searches);
    },
  };
}

function pathBelow({ start }: SearchJob, file: Located): string {
  return file.names.slice(start.located.names.length).join('/');
}

interface FileOptions {
  /** From the folder that the search starts at. */
  readonly path: string;
  readonly matcher: LineMatcher;
  readonly maxCount: number;
  readonly maxFileBytes: number;
  readonly budget: WalkBudget;
}

async function searchFile(located: Located, visitor: TextVisitor, options: FileOptions): Promise<boolean> {
  try {
    await using file = await openFile(located);
    if (!isSamePlace(file.names, located.names) || file.stats.size > BigInt(options.maxFileBytes)) return false;
    visitor.begin(options.path);
    visitor.end(await readFoundLines(file, options, visitor.found));
    return true;
  } catch (error) {
    // Gone, or not to be read: as if it were not there.
    if (isAppError(error) && error.code !== 'LIMIT' && error.code !== 'TIMEOUT') return false;
    throw error;
  }
}
