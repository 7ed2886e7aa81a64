import { giveWay } from './give-way.ts';

/** A text as callers quote it, with `\n` at the end of every line, and the way back to the text itself. */
export interface LineView {
  readonly text: string;
  /** Where the character at `index` of the view begins in the text; the end of the view is the end of the text. */
  toOriginal(index: number): number;
}

/** The ending of most lines; `\n` where there is none. */
export type LineEnding = '\n' | '\r\n' | '\r';

/** Characters between two turns of the event loop. */
const stretch = 1 << 18;

/** Makes the view of a text; of one without `\r` it is the text. */
export async function createLineView(text: string, signal: AbortSignal): Promise<LineView> {
  if (!text.includes('\r')) return { text, toOriginal: (index) => index };
  const parts: string[] = [];
  const pairs: Uint32Array[] = [];
  let shorter = 0;
  for (let from = 0; from < text.length;) {
    const end = text[from + stretch - 1] === '\r' ? from + stretch + 1 : from + stretch;
    const part = text.slice(from, end);
    const found = findPairs(part, from - shorter);
    pairs.push(found);
    shorter += found.length;
    parts.push(part.replaceAll('\r\n', '\n').replaceAll('\r', '\n'));
    from = end;
    await giveWay(signal);
  }
  const all = join(pairs, shorter);
  return { text: parts.join(''), toOriginal: (index) => index + countBelow(all, index) };
}

/** How much of a text tells what most of its lines end with. */
const sampleLength = 65_536;

/** Finds the ending that most lines at the beginning of a text have. */
export function findLineEnding(text: string): LineEnding {
  if (!text.includes('\r')) return '\n';
  const counts = { '\r\n': 0, '\r': 0, '\n': 0 };
  for (const [ending] of text.slice(0, sampleLength).matchAll(/\r\n?|\n/g))
    if (ending === '\r\n' || ending === '\r' || ending === '\n') counts[ending] += 1;
  if (counts['\r\n'] >= counts['\r'] && counts['\r\n'] >= counts['\n']) return '\r\n';
  return counts['\n'] >= counts['\r'] ? '\n' : '\r';
}

/** Positions in the view right behind each `\n` that stands for two characters. */
function findPairs(part: string, offset: number): Uint32Array {
  const found = new Uint32Array(part.length / 2);
  let count = 0;
  for (let at = part.indexOf('\r\n'); at !== -1; at = part.indexOf('\r\n', at + 2)) {
    found[count] = offset + at - count + 1;
    count += 1;
  }
  return found.slice(0, count);
}

function join(parts: readonly Uint32Array[], length: number): Uint32Array {
  const joined = new Uint32Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** How many numbers of an ascending list are at most `limit`. */
function countBelow(ascending: Uint32Array, limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? Infinity) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
