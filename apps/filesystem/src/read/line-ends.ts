import { type ByteSource, pieceBytes } from './byte-source.ts';
import type { TextEncoding } from './text-encoding.ts';

const lineFeed = 10;

/** The bytes of one unit of the encoding. */
export function unitBytes(encoding: TextEncoding): 1 | 2 {
  return encoding === 'utf-16le' || encoding === 'utf-16be' ? 2 : 1;
}

/** The place behind the next line feed at or behind `from`, or -1. The bytes begin on a whole unit. */
export function findLineEnd(bytes: Buffer, from: number, encoding: TextEncoding): number {
  if (unitBytes(encoding) === 1) return bytes.indexOf(lineFeed, from) + 1 || -1;
  const low = encoding === 'utf-16le' ? 0 : 1;
  for (let at = bytes.indexOf(lineFeed, from); at !== -1; at = bytes.indexOf(lineFeed, at + 1)) {
    if (at % 2 === low && bytes[at + 1 - 2 * low] === 0) return at - low + 2;
  }
  return -1;
}

/** The place behind the last line feed before `until`, or -1. */
function findLastLineEnd(bytes: Buffer, until: number, encoding: TextEncoding): number {
  if (until <= 0) return -1;
  if (unitBytes(encoding) === 1) return bytes.lastIndexOf(lineFeed, until - 1) + 1 || -1;
  const low = encoding === 'utf-16le' ? 0 : 1;
  for (let at = bytes.lastIndexOf(lineFeed, until - 1); at !== -1; at = at === 0 ? -1 : bytes.lastIndexOf(lineFeed, at - 1)) {
    if (at % 2 === low && bytes[at + 1 - 2 * low] === 0) return at - low + 2;
  }
  return -1;
}

/** Where a line begins. */
export interface LineStart {
  readonly position: number;
  /** Line feeds in front of it. */
  readonly skipped: number;
}

/** Goes forward over `count` line feeds, or to the end. */
export async function skipLines(source: ByteSource, count: number, encoding: TextEncoding): Promise<LineStart> {
  let skipped = 0;
  let position = 0;
  while (skipped < count && position < source.size) {
    const piece = await source.read(position, Math.min(pieceBytes, source.size - position));
    if (piece.length === 0) break;
    let at = 0;
    while (skipped < count) {
      const end = findLineEnd(piece, at, encoding);
      if (end === -1) break;
      at = end;
      skipped += 1;
    }
    if (skipped === count) return { position: position + at, skipped };
    position += piece.length;
  }
  return { position: Math.min(position, source.size), skipped };
}

/** Where the last `count` lines begin, found from the end. A line feed at the very end belongs to the last line. */
export async function findLastLines(source: ByteSource, count: number, encoding: TextEncoding): Promise<number> {
  const unit = unitBytes(encoding);
  let found = 0;
  let end = source.size - (source.size % unit);
  // The feed that ends the last line begins no line.
  let until = end - unit;
  while (end > 0) {
    const start = Math.max(0, end - pieceBytes);
    const piece = await source.read(start, end - start);
    for (let at = findLastLineEnd(piece, until - start, encoding); at !== -1; at = findLastLineEnd(piece, at - unit, encoding)) {
      found += 1;
      if (found === count) return start + at;
    }
    end = start;
    until = start;
  }
  return 0;
}

/** Lines from a place to the end; what follows the last line feed is a line. */
export async function countLines(source: ByteSource, from: number, encoding: TextEncoding): Promise<number> {
  const unit = unitBytes(encoding);
  let lines = 0;
  let isOpen = false;
  for (let position = from; position < source.size;) {
    const piece = await source.read(position, Math.min(pieceBytes, source.size - position));
    if (piece.length === 0) break;
    let at = 0;
    for (let end = findLineEnd(piece, 0, encoding); end !== -1; end = findLineEnd(piece, end, encoding)) {
      lines += 1;
      at = end;
    }
    isOpen = piece.length - at >= unit;
    position += piece.length;
  }
  return lines + (isOpen ? 1 : 0);
}
