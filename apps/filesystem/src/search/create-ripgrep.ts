import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '@trellis-mcp/errors';
import { tooManyEntries } from '../walk/walk-budget.ts';
import { createEventReader } from './event-reader.ts';
import type { ProcessSlots } from './process-slots.ts';
import { type CommonOptions, listArguments, nameGlobOf, textArguments } from './ripgrep-arguments.ts';
import { runRipgrep, type RipgrepEnd } from './run-ripgrep.ts';
import type { SearchEngine, SearchJob, SearchLimits } from './search-engine.ts';

/** What {@link createRipgrep} needs. */
export interface RipgrepOptions {
  readonly program: string;
  readonly slots: ProcessSlots;
  readonly limits: SearchLimits;
}

/** Output of a search in any order beyond which it is begun again in order. */
const maxUnsortedBytes = 8_388_608;
const sliceMs = 10;

/** Searches by a process each. */
export function createRipgrep({ program, slots, limits }: RipgrepOptions): SearchEngine {
  const run = async (
    { start, signal }: SearchJob,
    args: readonly string[],
    take: (chunk: Buffer) => boolean | Promise<boolean>,
  ): Promise<RipgrepEnd> => {
    const options = { program, args, directory: start.directory, signal, timeoutMs: limits.searchTimeoutMs, take };
    return slots.run(signal, async () => runRipgrep(options));
  };
  return {
    name: 'ripgrep',

    async listFiles(job, glob, visit) {
      let count = 0;
      const take = createNameReader((name) => {
        count += 1;
        if (count > limits.maxEntries) throw tooManyEntries(limits.maxEntries);
        visit(withoutDot(name));
      });
      const end = await run(job, listArguments(toCommon(job, limits), nameGlobOf(glob)), take);
      assertAnswered(end);
    },

    async searchText(job, query, visitor) {
      const text = { ...query, maxFileBytes: limits.maxFileBytes, nameGlob: nameGlobOf(query.glob) };
      const common = toCommon(job, limits);
      const read = (): ((chunk: Buffer) => void) => createEventReader({ ...visitor, begin: (path) => visitor.begin(withoutDot(path)) });
      const readAll = read();
      let bytes = 0;
      const all = await run(job, textArguments(common, { ...text, sorted: false }), (chunk) => {
        readAll(chunk);
        bytes += chunk.length;
        return bytes > maxUnsortedBytes;
      });
      assertAnswered(all);
      if (!all.isEnough) return;
      // Matches everywhere: the first ones are found soon, in order.
      visitor.restart();
      const readInOrder = read();
      await run(job, textArguments(common, { ...text, sorted: true }), (chunk) => {
        readInOrder(chunk);
        return visitor.isEnough();
      });
    },
  };
}

function toCommon({ start, gitignore }: SearchJob, { maxDepth }: SearchLimits): CommonOptions {
  const { root, names } = start.located;
  return { gitignore, maxDepth, excludes: root.excludes, isRoot: names.length === 0 };
}

function withoutDot(path: string): string {
  return path.startsWith('./') ? path.slice(2) : path;
}

/** Gives other calls their turn between names, since a glob may take its time for each. */
function createNameReader(visit: (name: string) => void): (chunk: Buffer) => Promise<boolean> {
  let carried: Buffer = Buffer.alloc(0);
  return async (chunk) => {
    const end = chunk.lastIndexOf(0);
    const whole = Buffer.concat([carried, chunk.subarray(0, end + 1)]);
    if (end === -1) {
      carried = Buffer.concat([carried, chunk]);
      return false;
    }
    carried = Buffer.from(chunk.subarray(end + 1));
    let began = performance.now();
    for (const name of whole.toString('utf8', 0, whole.length - 1).split('\0')) {
      visit(name);
      if (performance.now() - began > sliceMs) {
        await nextTurn();
        began = performance.now();
      }
    }
    return false;
  };
}

/** Folders that cannot be read are no failure; a pattern that cannot be read is the caller's. */
function assertAnswered({ stderr }: RipgrepEnd): void {
  if (stderr === '') return;
  if (stderr.includes('exceeds size limit')) {
    throw new AppError('LIMIT', 'The pattern is too large once its repetitions are counted.', {
      hint: 'Repeat less, or search for a text with regex: false.',
    });
  }
  const reason = /^error: (.{1,200})/m.exec(stderr)?.[1] ?? /^rg: (the literal .{1,100})/m.exec(stderr)?.[1];
  if (reason !== undefined) throw invalidPattern(reason);
  throw new AppError('UPSTREAM', 'The search program failed.', { cause: new Error(stderr) });
}

/** The error of a pattern that cannot be compiled. */
export function invalidPattern(reason: string): AppError {
  return new AppError('INVALID_INPUT', `The pattern is no regular expression that can be searched for: ${reason}.`, {
    hint: 'One line at a time, RE2 syntax: no look-around, no back-references. Escape ( ) [ ] { } . * + ? ^ $ | with a backslash, or set regex: false.',
  });
}
