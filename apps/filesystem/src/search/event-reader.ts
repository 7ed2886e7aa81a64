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
const sliceMs = 10;

/**
 * Reads the events of `rg --json` from pieces of any size. Holds no more than {@link maxEvent} bytes and a piece, however long a line is. Gives
 * other calls their turn between events, since a rule or a glob may take its time for each path.
 */
export function createEventReader(visitor: EventVisitor): (chunk: Buffer) => Promise<void> {
  const read = createParser();
  return async (chunk) => {
    let began = performance.now();
    for (const event of read(chunk)) {
      visit(event, visitor);
      if (performance.now() - began < sliceMs) continue;
      await nextTurn();
      began = performance.now();
    }
  };
}

/** Parses all events that end in a piece at once. */
function createParser(): (chunk: Buffer) => readonly RipgrepEvent[] {
  let carried: Buffer[] = [];
  let size = 0;
  let shortened: Shortener | undefined;
  const hold = (piece: Buffer): void => {
    size += piece.length;
    if (shortened === undefined && size > maxEvent) shortened = startShortener(carried.splice(0));
    if (shortened === undefined) carried.push(piece);
    else shortened.take(piece);
  };
  const finish = (last: Buffer): readonly RipgrepEvent[] => {
    const events = shortened === undefined ? parse([...carried, last]) : shortened.finish(last);
    carried = [];
    size = 0;
    shortened = undefined;
    return events;
  };
  return (chunk) => {
    const [first, last] = [chunk.indexOf(newline), chunk.lastIndexOf(newline)];
    const events = first === -1 ? [] : [...finish(chunk.subarray(0, first)), ...parse([chunk.subarray(first + 1, last)])];
    hold(chunk.subarray(last + 1));
    return events;
  };
}

/** @param pieces Lines, the last one without its end. */
function parse(pieces: readonly Buffer[]): readonly RipgrepEvent[] {
  const lines = Buffer.concat(pieces).toString('utf8');
  // A line break in a text is escaped there.
  return JSON.parse(`[${lines.replaceAll('\n', ',')}]`) as readonly RipgrepEvent[];
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
  readonly finish: (last: Buffer) => readonly RipgrepEvent[];
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
  const take = (piece: Buffer): void => {
    for (let index = 0; index < piece.length && short.length < maxShort; index += 1) step(piece[index] ?? 0);
  };
  pieces.forEach(take);
  return {
    take,
    finish(last) {
      take(last);
      const [, line, offset, start = '0', end = '0'] = facts.exec(short) ?? [];
      if (line === undefined) return [];
      const submatches = [{ match: {}, start: Number(start), end: Number(end) }];
      return [{ type: 'match', data: { line_number: Number(line), absolute_offset: Number(offset), submatches } }];
    },
  };
}
