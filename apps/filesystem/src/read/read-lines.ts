import { AppError } from '@trellis-mcp/errors';
import type { ByteSource } from './byte-source.ts';
import { fitText, type FittedText } from './fit-text.ts';
import { countLines, findLastLines, findLineEnd, skipLines } from './line-ends.ts';
import type { Page } from './page.ts';
import { endOfText, type TextEncoding } from './text-encoding.ts';

/** Which lines, and how many fit. */
export interface LineRequest {
  /** From 1; negative from the end. */
  readonly offset: number;
  readonly limit: number;
  /** Most bytes of text in the answer. */
  readonly maxBytes: number;
  /** Most bytes of the file that are looked through for a line. */
  readonly maxScanBytes: number;
}

/** Files up to this many bytes have their lines counted with every page. */
export const cheapBytes = 1_048_576;

/** A page of whole lines, line feeds as they are. A line that does not fit is cut, and the page goes on in bytes. */
export async function readLines(source: ByteSource, request: LineRequest, encoding: TextEncoding): Promise<Page> {
  const start = await findStart(source, request, encoding);
  const bytes = await source.read(start.position, request.maxBytes);
  const { length, lines, isWhole, ...fitted } = takeLines(bytes, {
    ...request,
    encoding,
    isLast: start.position + bytes.length >= source.size,
  });
  const end = start.position + length;
  const isMore = end < source.size && length > 0;
  const totalLines = await countAll(source, { ...start, lines, end, isMore, isWhole, encoding });
  return {
    ...fitted,
    encoding,
    unit: isWhole ? 'line' : 'byte',
    ...(start.line !== undefined && { firstLine: start.line }),
    lines,
    ...(totalLines !== undefined && { totalLines }),
    totalBytes: source.size,
    ...(isMore && { nextOffset: isWhole ? nextLine(start, lines, request.offset) : end }),
    truncated: isMore,
  };
}

interface Start {
  readonly position: number;
  /** Absent when it was found from the end. */
  readonly line?: number;
}

function nextLine({ line }: Start, lines: number, offset: number): number {
  return line === undefined ? offset + lines : line + lines;
}

async function findStart(source: ByteSource, { offset, maxScanBytes }: LineRequest, encoding: TextEncoding): Promise<Start> {
  if (offset === 0 || offset === 1) return { position: 0, line: 1 };
  const bounded = source.size <= maxScanBytes ? source : offset > 0 ? { ...source, size: maxScanBytes } : undefined;
  if (offset < 0) {
    if (bounded === undefined) throw tooLarge(source, maxScanBytes);
    return { position: await findLastLines(bounded, -offset, encoding) };
  }
  const { position, skipped } = await skipLines(bounded ?? source, offset - 1, encoding);
  if (skipped === offset - 1) return { position, line: offset };
  if (bounded !== source) throw tooLarge(source, maxScanBytes);
  return { position: source.size, line: offset };
}

function tooLarge({ size }: ByteSource, maxScanBytes: number): AppError {
  return new AppError('LIMIT', `The file has ${size} bytes; at most ${maxScanBytes} are looked through for a line.`, {
    hint: 'Read it with unit byte; a negative offset counts from the end.',
    details: { limitBytes: maxScanBytes, actualBytes: size },
  });
}

interface Taking extends LineRequest {
  readonly encoding: TextEncoding;
  /** Whether the bytes reach the end of the file. */
  readonly isLast: boolean;
}

interface Taken extends FittedText {
  readonly lines: number;
  /** Whether the last line is whole. */
  readonly isWhole: boolean;
}

/** Takes as many whole lines as fit, or the beginning of the first one. */
function takeLines(bytes: Buffer, { limit, maxBytes, encoding, isLast }: Taking): Taken {
  const asked = endOfLines(bytes, { limit, encoding, isLast });
  const whole = asked.length > 0 ? asked.length : isLast ? bytes.length : endOfText(bytes, encoding);
  const fitted = fitText(bytes.subarray(0, whole), encoding, maxBytes);
  if (fitted.length === asked.length) return { ...fitted, lines: asked.lines, isWhole: true };
  const cut = endOfLines(bytes.subarray(0, fitted.length), { limit, encoding, isLast: false });
  if (cut.length === 0) return { ...fitted, lines: 1, isWhole: false };
  return { ...fitText(bytes.subarray(0, cut.length), encoding, maxBytes), lines: cut.lines, isWhole: true };
}

function endOfLines(
  bytes: Buffer,
  { limit, encoding, isLast }: Pick<Taking, 'encoding' | 'isLast' | 'limit'>,
): { readonly length: number; readonly lines: number } {
  let length = 0;
  let lines = 0;
  while (lines < limit) {
    const end = findLineEnd(bytes, length, encoding);
    if (end === -1) break;
    length = end;
    lines += 1;
  }
  if (lines < limit && isLast && length < bytes.length) return { length: bytes.length, lines: lines + 1 };
  return { length, lines };
}

interface Counting extends Start {
  readonly lines: number;
  readonly end: number;
  readonly isMore: boolean;
  readonly isWhole: boolean;
  readonly encoding: TextEncoding;
}

/** The lines of the whole file, when they are known by now or cost little. */
async function countAll(source: ByteSource, counting: Counting): Promise<number | undefined> {
  const { line, lines, end, isMore, isWhole, encoding } = counting;
  const isCheap = source.size <= cheapBytes;
  // From the end, behind the end and within a line nobody knows how many lines lie in front.
  if (line === undefined || lines === 0 || !isWhole) return isCheap ? countLines(source, 0, encoding) : undefined;
  if (!isMore) return line - 1 + lines;
  return isCheap ? line - 1 + lines + (await countLines(source, end, encoding)) : undefined;
}
