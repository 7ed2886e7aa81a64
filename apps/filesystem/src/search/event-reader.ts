import { setImmediate as nextTurn } from 'node:timers/promises';
import { cutText } from '@trellis-mcp/validation';

/** A matching line as ripgrep tells of it; its text is read from the file itself. */
export interface FoundLine {
  /** From 1. */
  readonly line: number;
  /** Of the line in its file, in bytes. */
  readonly offset: number;
  /** Of the first match in the line, in bytes. */
  readonly start: number;
  readonly length: number;
  /** How the match begins, when that is text. */
  readonly begins?: string;
}

/** What the output of `rg --json` says, piece by piece. */
export interface EventVisitor {
  readonly begin: (path: string) => void;
  readonly found: (line: FoundLine) => void;
  /** @param isBinary Whether the file turned out to be no text. */
  readonly end: (isBinary: boolean) => void;
  /** Files that were searched, matching or not. */
  readonly summary: (searches: number) => void;
}

const newline = 0x0a;
/** Longer events are shortened while they arrive. */
const maxEvent = 131_072;

const pieceBytes = 2_048;
const sliceMs = 10;

/** Reads as {@link createEventReader}, and gives other calls their turn, since a rule or a glob may take its time for each path. */
export function createSlicedReader(visitor: EventVisitor): (chunk: Buffer) => Promise<void> {
  const read = createEventReader(visitor);
  return async (chunk) => {
    let began = performance.now();
    for (let start = 0; start < chunk.length; start += pieceBytes) {
      read(chunk.subarray(start, start + pieceBytes));
      if (performance.now() - began < sliceMs) continue;
      await nextTurn();
      began = performance.now();
    }
  };
}

/** Reads the events of `rg --json` from pieces of any size. Holds no more than {@link maxEvent} bytes, however long a line is. */
function createEventReader(visitor: EventVisitor): (chunk: Buffer) => void {
  let carried: Buffer[] = [];
  let size = 0;
  let shortened: Shortener | undefined;
  const finish = (last: Buffer): void => {
    if (shortened === undefined) visit(JSON.parse(Buffer.concat([...carried, last]).toString('utf8')) as RipgrepEvent, visitor);
    else shortened.finish(visitor);
    carried = [];
    size = 0;
    shortened = undefined;
  };
  const hold = (piece: Buffer): void => {
    if (shortened === undefined && size + piece.length <= maxEvent) {
      carried.push(piece);
      size += piece.length;
      return;
    }
    shortened ??= startShortener(carried.splice(0));
    shortened.take(piece);
  };
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      const piece = chunk.subarray(start, end);
      if (shortened !== undefined) shortened.take(piece);
      finish(piece);
      start = end + 1;
    }
    if (start < chunk.length) hold(chunk.subarray(start));
  };
}

interface Text {
  readonly text?: string;
  /** Base64 of what is no UTF-8. */
  readonly bytes?: string;
}

type RipgrepEvent =
  | { readonly type: 'begin'; readonly data: { readonly path: Text } }
  | {
      readonly type: 'match';
      readonly data: {
        readonly line_number: number;
        readonly absolute_offset: number;
        readonly submatches: readonly { readonly match: Text; readonly start: number; readonly end: number }[];
      };
    }
  | { readonly type: 'end'; readonly data: { readonly binary_offset: number | null } }
  | { readonly type: 'summary'; readonly data: { readonly stats: { readonly searches: number } } };

function visit({ type, data }: RipgrepEvent, visitor: EventVisitor): void {
  switch (type) {
    case 'begin':
      visitor.begin(data.path.text ?? Buffer.from(data.path.bytes ?? '', 'base64').toString('utf8'));
      return;
    case 'match': {
      const { line_number: line, absolute_offset: offset } = data;
      const [{ match, start, end } = { match: {}, start: 0, end: 0 }] = data.submatches;
      const begins = match.text === undefined ? '' : cutText(match.text, maxString);
      visitor.found({ line, offset, start, length: end - start, begins });
      return;
    }
    case 'end':
      visitor.end(data.binary_offset !== null);
      return;
    case 'summary':
      visitor.summary(data.stats.searches);
  }
}

interface Shortener {
  readonly take: (piece: Buffer) => void;
  finish(visitor: EventVisitor): void;
}

const quoteMark = 0x22;
const backslash = 0x5c;
const maxString = 64;
const maxShort = 4_096;

const facts = /"line_number":(\d+),"absolute_offset":(\d+),"submatches":\[(?:\{"match":\{"[a-z]+":"[^"]*"\},"start":(\d+),"end":(\d+))?/;

/** Keeps the bones of an event: every string in it is cut, without its escapes, and what comes after the first match is dropped. */
function startShortener(pieces: readonly Buffer[]): Shortener {
  let short = '';
  let isInString = false;
  let isEscaped = false;
  let length = 0;
  const step = (byte: number): void => {
    if (!isInString) {
      isInString = byte === quoteMark;
      length = 0;
    } else if (isEscaped) {
      isEscaped = false;
      return;
    } else if (byte === backslash) {
      isEscaped = true;
      return;
    } else if (byte === quoteMark) {
      isInString = false;
    } else {
      length += 1;
      if (length > maxString) return;
    }
    short += String.fromCharCode(byte);
  };
  const shortener: Shortener = {
    take(piece) {
      for (let index = 0; index < piece.length && short.length < maxShort; index += 1) step(piece[index] ?? 0);
    },
    finish(visitor) {
      const [, line, offset, start = '0', end = '0'] = facts.exec(short) ?? [];
      if (line === undefined) return;
      visitor.found({ line: Number(line), offset: Number(offset), start: Number(start), length: Number(end) - Number(start) });
    },
  };
  pieces.forEach(shortener.take);
  return shortener;
}
