import { cutText } from '@trellis-mcp/validation';
import type { FoundLine } from './event-reader.ts';
import type { ShownMatch } from './show-matches.ts';
import type { TextSource } from './text-source.ts';

/** Characters of a line shown on each side of a match, and of the match itself. */
const maxSide = 120;
const maxMatch = 240;
const maxContextLine = 240;
/** Bytes that hold so many characters surely. */
const sideBytes = maxSide * 4;
/** Looked through for one line of context. */
const contextBytes = 1_024;
const chunkBytes = 65_536;
/** Looked through for the end of a line. */
const maxLineBytes = 67_108_864;
const newline = 0x0a;

/**
 * Reads a match, cut around it, its column, and the lines around it.
 *
 * @returns Nothing when another text is there by now.
 */
export async function readMatch(
  source: TextSource,
  { offset, start, length, begins = '' }: Omit<FoundLine, 'line'>,
  context: number,
): Promise<Omit<ShownMatch, 'path' | 'line'> | undefined> {
  const at = offset + start;
  const { characters, last } = await readUpTo(source, offset, start);
  const rest = untilNewline(await source.read(at, Math.min(length, maxMatch * 4) + sideBytes));
  if (!decode(rest).startsWith(begins)) return undefined;
  return {
    column: characters + 1,
    text: `${showLeft(decode(last))}${showRight(rest, length)}`,
    ...(context > 0 && { before: await readBefore(source, offset, context), after: await readAfter(source, at, context) }),
  };
}

function showLeft(left: string): string {
  return left.length > maxSide ? `…${left.slice(-maxSide).toWellFormed()}` : left;
}

/** The match and what follows it in its line. */
function showRight(rest: Buffer, length: number): string {
  const match = decode(rest.subarray(0, length));
  const shown = cutText(match, maxMatch);
  if (shown !== match || length > rest.length) return `${shown}…`;
  const right = decode(rest.subarray(length)).replace(/\r$/, '');
  return right.length > maxSide ? `${shown}${cutText(right, maxSide)}…` : `${shown}${right}`;
}

/** Counts the characters from the line's beginning to the match; the last bytes of them are shown. */
async function readUpTo(source: TextSource, offset: number, length: number): Promise<{ characters: number; last: Buffer }> {
  let characters = 0;
  let last: Buffer = Buffer.alloc(0);
  for (let done = 0; done < length;) {
    const chunk = await source.read(offset + done, Math.min(chunkBytes, length - done));
    if (chunk.length === 0) break;
    // Bytes that go on with a character are not counted.
    for (let index = 0; index < chunk.length; index += 1) if (((chunk[index] ?? 0) & 0xc0) !== 0x80) characters += 1;
    last = Buffer.concat([last, chunk]).subarray(-sideBytes);
    done += chunk.length;
  }
  return { characters, last };
}

async function readBefore(source: TextSource, offset: number, lines: number): Promise<readonly string[]> {
  const length = Math.min(offset, contextBytes * lines);
  if (length === 0) return [];
  const bytes = await source.read(offset - length, length);
  const texts = decode(bytes.subarray(0, -1)).split('\n');
  const isFirstCut = length < offset && texts.length <= lines;
  return texts.slice(-lines).map((text, index) => (isFirstCut && index === 0 ? `…${text.slice(-maxContextLine)}` : showLine(text)));
}

async function readAfter(source: TextSource, at: number, lines: number): Promise<readonly string[]> {
  const end = await findLineEnd(source, at);
  const bytes = end === undefined ? Buffer.alloc(0) : await source.read(end + 1, contextBytes * lines);
  const texts = decode(bytes).split('\n');
  const isLastCut = bytes.length === contextBytes * lines && texts.length <= lines && texts.at(-1) !== '';
  // What follows the last line feed is no line when it is empty.
  if (texts.at(-1) === '') texts.pop();
  return texts
    .slice(0, lines)
    .map((text, index) =>
      isLastCut && index === texts.length - 1 ? `${cutText(text.replace(/\uFFFD$/, ''), maxContextLine)}…` : showLine(text),
    );
}

/** Nothing when the line is the last one, or ends too far away. */
async function findLineEnd(source: TextSource, at: number): Promise<number | undefined> {
  for (let done = 0, size = contextBytes; done < maxLineBytes; size = chunkBytes) {
    const chunk = await source.read(at + done, size);
    const end = chunk.indexOf(newline);
    if (end !== -1) return at + done + end;
    if (chunk.length < size) return undefined;
    done += chunk.length;
  }
  return undefined;
}

function showLine(text: string): string {
  const line = text.replace(/\r$/, '');
  return line.length > maxContextLine ? `${cutText(line, maxContextLine)}…` : line;
}

function untilNewline(bytes: Buffer): Buffer {
  const end = bytes.indexOf(newline);
  return end === -1 ? bytes : bytes.subarray(0, end);
}

function decode(bytes: Buffer): string {
  return bytes.toString('utf8');
}
