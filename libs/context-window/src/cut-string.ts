import { wholeEnd, wholeStart } from './whole-characters.ts';

/** A string without its middle. */
export interface CutString {
  readonly text: string;
  /** Characters (UTF-16 units) before the gap, and in it. */
  readonly at: number;
  readonly count: number;
}

const headShare = 2 / 3;
/** The note between head and tail, with the largest count it may hold. */
const noteBytes = Buffer.byteLength(noteOf(9_999_999_999));

/**
 * Keeps head and tail of a string, with a note of how many characters are missing between them; never tears a surrogate pair. Linear in `room`.
 *
 * @param room Bytes that the result may take as JSON, quotes included.
 */
export function cutString(text: string, room: number): CutString {
  const inner = Math.max(0, room - 2 - noteBytes);
  const head = wholeEnd(text, reach(text, { from: 0, step: 1, bytes: Math.ceil(inner * headShare) }));
  const tail = wholeStart(text, reach(text, { from: text.length - 1, step: -1, bytes: Math.floor(inner * (1 - headShare)) }) + 1);
  const count = Math.max(0, tail - head);
  return { text: text.slice(0, head) + noteOf(count) + text.slice(Math.max(head, tail)), at: head, count };
}

function noteOf(count: number): string {
  return `… [${count.toLocaleString('en-US')} characters left out] …`;
}

/** The index at which the bytes are used up. */
function reach(text: string, { from, step, bytes }: { from: number; step: 1 | -1; bytes: number }): number {
  let left = bytes;
  let index = from;
  while (index >= 0 && index < text.length) {
    left -= unitBytes(text.charCodeAt(index));
    if (left < 0) return index;
    index += step;
  }
  return index;
}

/** Bytes that a UTF-16 unit takes in JSON at most: a surrogate without its other half is escaped. */
function unitBytes(code: number): number {
  if (code < 0x20) return 6;
  if (code === 0x22 || code === 0x5c) return 2;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code >= 0xd800 && code <= 0xdfff ? 6 : 3;
}
