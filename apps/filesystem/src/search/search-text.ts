import { isAppError } from '@trellis-mcp/errors';
import { assertAnswered } from './assert-answered.ts';
import { createEventReader } from './event-reader.ts';
import { withoutDot } from './name-reader.ts';
import type { PreparedSearch } from './prepare-search.ts';
import { nameGlobOf, textArguments, type TextOptions } from './ripgrep-arguments.ts';
import type { RipgrepEnd } from './run-ripgrep.ts';
import type { SearchLimits, TextQuery, TextVisitor } from './search-engine.ts';

/** Output of a search in any order beyond which it is begun again in order. */
const maxUnsortedBytes = 8_388_608;
/** Memory of one, which holds the output of a file until its end. */
const maxUnsortedMemory = 134_217_728;

/** What is told of a search for text, and up to which size files are searched. */
export interface SearchTextOptions extends Pick<SearchLimits, 'maxFileBytes'> {
  readonly visitor: TextVisitor;
}

/** Searches for text in files: in any order first, and in order when there is too much of it. */
export async function searchText(
  { run, common, isLeftOut }: PreparedSearch,
  { isStrict, ...query }: TextQuery,
  { visitor, maxFileBytes }: SearchTextOptions,
): Promise<void> {
  const inside = leaveOut(visitor, isLeftOut);
  const text = { ...query, nameGlob: nameGlobOf(query.glob), maxFileBytes, isInOrder: false };
  const runAll = async (options: Partial<TextOptions>, watched?: number): Promise<RipgrepEnd | undefined> => {
    const read = createEventReader(inside);
    let bytes = 0;
    const take = async (chunk: Buffer): Promise<boolean> => {
      await read(chunk);
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
  const take = async (chunk: Buffer): Promise<boolean> => {
    await readInOrder(chunk);
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
function leaveOut(visitor: TextVisitor, isLeftOut: PreparedSearch['isLeftOut']): TextVisitor {
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
