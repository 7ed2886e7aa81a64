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

/** Characters between two turns of the event loop. */
const stretch = 1 << 16;

/**
 * Finds `needle` in `text` in linear time (Knuth, Morris, Pratt): `indexOf` takes seconds for periodic texts. Other calls are answered
 * meanwhile.
 */
export async function findMatches(text: string, needle: string, { max, signal }: FindOptions): Promise<Matches> {
  const borders = await findBorders(needle, signal);
  const starts: number[] = [];
  let overlaps = false;
  let matched = 0;
  for (let at = 0, due = stretch; at < text.length && starts.length < max; at += 1) {
    if (matched === 0) {
      const next = text.indexOf(needle[0] ?? '', at);
      if (next === -1) break;
      at = next;
    }
    if (at >= due) {
      due = at + stretch;
      await giveWay(signal);
    }
    const code = text.charCodeAt(at);
    while (matched > 0 && needle.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0;
    if (needle.charCodeAt(matched) === code) matched += 1;
    if (matched < needle.length) continue;
    const start = at + 1 - needle.length;
    if (start < (starts.at(-1) ?? -Infinity) + needle.length) overlaps = true;
    else starts.push(start);
    matched = borders[matched - 1] ?? 0;
  }
  return { starts, overlaps };
}

/** For each beginning of `needle`: how long its longest proper beginning is that is also its end. */
async function findBorders(needle: string, signal: AbortSignal): Promise<Uint32Array> {
  const borders = new Uint32Array(needle.length);
  let border = 0;
  for (let at = 1; at < needle.length; at += 1) {
    if (at % stretch === 0) await giveWay(signal);
    const code = needle.charCodeAt(at);
    while (border > 0 && needle.charCodeAt(border) !== code) border = borders[border - 1] ?? 0;
    if (needle.charCodeAt(border) === code) border += 1;
    borders[at] = border;
  }
  return borders;
}
