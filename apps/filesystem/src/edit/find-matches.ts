import { giveWay } from './give-way.ts';

/** Where a text occurs. */
export interface Matches {
  /** Beginnings from left to right, none inside the match before it. */
  readonly starts: readonly number[];
  /** Whether it also occurs across the end of a match, so that the places are a choice. */
  readonly overlaps: boolean;
}

/** How {@link findMatches} searches. */
export interface FindOptions {
  /** Stops after this many. */
  readonly max: number;
  readonly signal: AbortSignal;
}

/** Goes on up to a place in its text, at once. Answers whether there is no more to do. */
type Advance = (end: number) => boolean;

/** Characters between two turns of the event loop: few, since a small call takes several turns. */
const stretch = 1 << 15;

/**
 * Finds `needle` in `text` in linear time (Knuth, Morris, Pratt): `indexOf` takes seconds for periodic texts. Other calls are answered
 * meanwhile.
 */
export async function findMatches(text: string, needle: string, { max, signal }: FindOptions): Promise<Matches> {
  const borders = new Uint32Array(needle.length);
  await inStretches(fillBorders(needle, borders), signal);
  const found: { starts: number[]; overlaps: boolean } = { starts: [], overlaps: false };
  const take = (start: number): boolean => {
    if (start < (found.starts.at(-1) ?? -Infinity) + needle.length) found.overlaps = true;
    else found.starts.push(start);
    return found.starts.length < max;
  };
  await inStretches(scan(text, { needle, borders, take }), signal);
  return found;
}

async function inStretches(advance: Advance, signal: AbortSignal): Promise<void> {
  for (let end = stretch; !advance(end); end += stretch) await giveWay(signal);
}

interface Scanned {
  readonly needle: string;
  readonly borders: Uint32Array;
  /** Takes where a match begins; answers whether more are wanted. */
  readonly take: (start: number) => boolean;
}

/** What is called often and waits for nothing is compiled; so are numbers of its own, not those of the function around it. */
function scan(text: string, { needle, borders, take }: Scanned): Advance {
  const first = needle[0] ?? '';
  const reached = { at: 0, matched: 0 };
  return (end) => {
    const stop = Math.min(end, text.length);
    let { at, matched } = reached;
    for (; at < stop; at += 1) {
      if (matched === 0) {
        const next = text.indexOf(first, at);
        if (next === -1) return true;
        at = next;
      }
      const code = text.charCodeAt(at);
      while (matched > 0 && needle.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0;
      if (needle.charCodeAt(matched) === code) matched += 1;
      if (matched < needle.length) continue;
      if (!take(at + 1 - needle.length)) return true;
      matched = borders[matched - 1] ?? 0;
    }
    Object.assign(reached, { at, matched });
    return at >= text.length;
  };
}

/** For each beginning of `needle`: how long its longest proper beginning is that is also its end. */
function fillBorders(needle: string, borders: Uint32Array): Advance {
  const reached = { at: 1, border: 0 };
  return (end) => {
    const stop = Math.min(end, needle.length);
    let { at, border } = reached;
    for (; at < stop; at += 1) {
      const code = needle.charCodeAt(at);
      while (border > 0 && needle.charCodeAt(border) !== code) border = borders[border - 1] ?? 0;
      if (needle.charCodeAt(border) === code) border += 1;
      borders[at] = border;
    }
    Object.assign(reached, { at, border });
    return at >= needle.length;
  };
}
