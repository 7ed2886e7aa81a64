import { isAppError } from '@trellis-mcp/errors';
import { ignoreName } from '../walk/ignore-level.ts';
import { tooManyEntries } from '../walk/walk-budget.ts';
import { assertAnswered } from './assert-answered.ts';
import { createLeftOut } from './create-left-out.ts';
import { createEventReader } from './event-reader.ts';
import { findIgnoreFiles } from './find-ignore-files.ts';
import { toIgnoreGlobs } from './ignore-globs.ts';
import { createNameReader, withoutDot } from './name-reader.ts';
import type { ProcessSlots } from './process-slots.ts';
import {
  type CommonOptions,
  ignoreFileArguments,
  listArguments,
  nameGlobOf,
  textArguments,
  type TextOptions,
} from './ripgrep-arguments.ts';
import { runRipgrep, type RipgrepEnd, type RipgrepRun } from './run-ripgrep.ts';
import type { SearchEngine, SearchJob, SearchLimits, TextQuery, TextVisitor } from './search-engine.ts';

/** What {@link createRipgrep} needs. */
export interface RipgrepOptions {
  readonly program: string;
  readonly slots: ProcessSlots;
  readonly limits: SearchLimits;
}

type Run = (args: readonly string[], options: Pick<RipgrepRun, 'take' | 'maxFileBytes' | 'maxMemoryBytes'>) => Promise<RipgrepEnd>;

/** A search that knows what .gitignore files say. */
interface Prepared {
  readonly run: Run;
  readonly common: CommonOptions;
  /** Whether a rule that ripgrep was not told leaves out a path. */
  readonly isLeftOut: ((path: string) => boolean) | undefined;
}

/** Output of a search in any order beyond which it is begun again in order. */
const maxUnsortedBytes = 8_388_608;
/** Memory of one, which holds the output of a file until its end. */
const maxUnsortedMemory = 134_217_728;

/** Searches by a process each, in one slot and by one deadline. */
export function createRipgrep({ program, slots, limits }: RipgrepOptions): SearchEngine {
  const search = async (job: SearchJob, work: (prepared: Prepared) => Promise<void>): Promise<void> =>
    slots.run(job.signal, async () => {
      const { start, signal } = job;
      const plain = { program, directory: start.directory, signal, timeoutMs: limits.searchTimeoutMs, since: performance.now() };
      await work(await prepare(job, limits, async (args, options) => runRipgrep({ ...plain, ...options, args })));
    });
  return {
    name: 'ripgrep',

    async listFiles(job, glob, visit) {
      let count = 0;
      await search(job, async ({ run, common, isLeftOut }) => {
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
      await search(job, async (prepared) => searchText(prepared, query, { visitor, maxFileBytes: limits.maxFileBytes }));
    },
  };
}

/** Finds out what .gitignore files say: ripgrep looks for them, but reads none. */
async function prepare({ start, gitignore }: SearchJob, { maxDepth }: SearchLimits, run: Run): Promise<Prepared> {
  const { root, names } = start.located;
  const plain = { gitignore, ignoreGlobs: [], maxDepth, excludes: root.excludes, isRoot: names.length === 0 };
  if (!gitignore) return { run, common: plain, isLeftOut: undefined };
  const files = await findIgnoreFiles(start, async (known) => {
    const folders: string[] = [];
    const take = createNameReader((name) => {
      const path = `/${withoutDot(name)}`;
      if (path.endsWith(`/${ignoreName}`)) folders.push(path.slice(1, -ignoreName.length - 1));
    });
    assertAnswered(await run(ignoreFileArguments({ ...plain, ignoreGlobs: toIgnoreGlobs(known, names).globs }), { take }));
    return folders;
  });
  const { globs, untold } = toIgnoreGlobs(files, names);
  return { run, common: { ...plain, ignoreGlobs: globs }, isLeftOut: await createLeftOut(files, names, untold) };
}

async function searchText(
  { run, common, isLeftOut }: Prepared,
  { isStrict, ...query }: TextQuery,
  { visitor, maxFileBytes }: { readonly visitor: TextVisitor } & Pick<SearchLimits, 'maxFileBytes'>,
): Promise<void> {
  const inside = leaveOut(visitor, isLeftOut);
  const text = { ...query, nameGlob: nameGlobOf(query.glob), maxFileBytes, isInOrder: false };
  const runAll = async (options: Partial<TextOptions>, watched?: number): Promise<RipgrepEnd | undefined> => {
    const read = createEventReader(inside);
    let bytes = 0;
    const take = (chunk: Buffer): boolean => {
      read(chunk);
      bytes += chunk.length;
      return bytes > maxUnsortedBytes;
    };
    return run(textArguments(common, { ...text, ...options }), { take, maxFileBytes: watched, maxMemoryBytes: maxUnsortedMemory }).catch(
      endOfMemory,
    );
  };
  let end = isStrict ? await runAll({}) : await runAll({ maxFileBytes: undefined }, maxFileBytes);
  if (end?.hasLargeFile === true) {
    visitor.restart();
    end = await runAll({});
  }
  if (end !== undefined) assertAnswered(end);
  if (end?.isEnough === false) return;
  // Matches everywhere, in files or in a line: the first ones are found soon, in order.
  visitor.restart();
  const readInOrder = createEventReader(measure(inside, query));
  const take = (chunk: Buffer): boolean => {
    readInOrder(chunk);
    return visitor.isEnough();
  };
  assertAnswered(await run(textArguments(common, { ...text, isInOrder: true }), { take }));
}

/** In order, matches are told up to the end of their lines; how long one of a text is is known. */
function measure(visitor: TextVisitor, { pattern, regex, ignoreCase }: Pick<TextQuery, 'pattern' | 'regex' | 'ignoreCase'>): TextVisitor {
  const length = Buffer.byteLength(pattern);
  return regex || ignoreCase ? visitor : { ...visitor, found: (line) => visitor.found({ ...line, length }) };
}

/** A line with millions of matches takes much memory, and little when only its first one is wanted. */
function endOfMemory(error: unknown): undefined {
  if (!isAppError(error) || error.code !== 'LIMIT') throw error;
}

/** Tells of no file that a rule leaves out. */
function leaveOut(visitor: TextVisitor, isLeftOut: Prepared['isLeftOut']): TextVisitor {
  let isSkipped = false;
  return {
    ...visitor,
    begin(name) {
      const path = withoutDot(name);
      isSkipped = isLeftOut?.(path) === true;
      if (!isSkipped) visitor.begin(path);
    },
    found(line) {
      if (!isSkipped) visitor.found(line);
    },
    end(isBinary) {
      if (!isSkipped) visitor.end(isBinary);
    },
  };
}
