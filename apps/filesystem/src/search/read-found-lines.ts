import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PinnedFile } from '../descriptor/open-file.ts';
import type { WalkBudget } from '../walk/walk-budget.ts';
import type { LineMatcher } from './compile-text.ts';
import type { FoundLine } from './event-reader.ts';

/** How the lines of one file are searched. */
export interface FoundLinesOptions {
  readonly matcher: LineMatcher;
  readonly maxCount: number;
  readonly budget: WalkBudget;
}

const chunkBytes = 65_536;
const newline = 0x0a;
const sliceMs = 10;

/**
 * Tells of the matching lines of a file. Lines longer than a chunk are searched chunk by chunk.
 *
 * @returns Whether the file turned out to be no text.
 */
export async function readFoundLines(
  file: PinnedFile,
  { matcher, maxCount, budget }: FoundLinesOptions,
  found: (line: FoundLine) => void,
): Promise<boolean> {
  const buffer = Buffer.alloc(chunkBytes);
  const last = { line: 0, count: 0 };
  const markBytes = await countMark(file);
  let line = 1;
  let lineOffset = 0;
  for (let position = 0; ;) {
    const { bytesRead } = await file.handle.read(buffer, 0, chunkBytes, position + markBytes);
    const chunk = buffer.subarray(0, bytesRead);
    if (chunk.includes(0)) return true;
    if (bytesRead === 0 || !budget.take()) return false;
    const lastNewline = chunk.lastIndexOf(newline);
    const end = bytesRead < chunkBytes || lastNewline === -1 ? bytesRead : lastNewline + 1;
    let began = performance.now();
    for (let start = 0; start < end;) {
      const next = chunk.indexOf(newline, start);
      const stop = next === -1 || next >= end ? end : next;
      const hit = matchLine(chunk.subarray(start, stop), matcher, position + start > lineOffset);
      if (hit !== undefined && last.line !== line) {
        found({ line, offset: lineOffset, start: position + start - lineOffset + hit.start, length: hit.length });
        last.line = line;
        last.count += 1;
        if (last.count >= maxCount) return false;
      }
      start = stop + 1;
      if (next !== -1 && next < end) {
        line += 1;
        lineOffset = position + start;
      }
      if (performance.now() - began > sliceMs) {
        await nextTurn();
        if (!budget.take()) return false;
        began = performance.now();
      }
    }
    position += end;
  }
}

/** A byte order mark counts for nothing, as with ripgrep. */
async function countMark({ handle }: PinnedFile): Promise<number> {
  const { buffer } = await handle.read(Buffer.alloc(3), 0, 3, 0);
  return buffer.toString('hex') === 'efbbbf' ? 3 : 0;
}

function matchLine(bytes: Buffer, matcher: LineMatcher, isInside: boolean): { start: number; length: number } | undefined {
  const decoded = bytes.toString('utf8');
  // What is no UTF-8 is read byte by byte, so that places stay right.
  const encoding = decoded.includes('\uFFFD') ? 'latin1' : 'utf8';
  const text = (encoding === 'latin1' ? bytes.toString('latin1') : decoded).replace(/\r$/, '');
  const hit = matcher(text, isInside);
  if (hit === undefined) return undefined;
  const start = Buffer.byteLength(text.slice(0, hit.start), encoding);
  return { start, length: Buffer.byteLength(text.slice(hit.start, hit.end), encoding) };
}
