/** A full stop after these ends no sentence: "e.g.", "vs.", a single letter, the number of a list. */
const abbreviation = /(?:^|[\s(["'])(?:e\.g|i\.e|etc|vs|cf|approx|incl|resp|max|min|no|nr|ca|fig|sec|dr|mr|mrs|ms|st|\p{L}|\d{1,9})\.$/iu;
const sentenceEnd = /[.!?]["'”’)\]*_`]{0,8}(?=\s)|\n/gu;
const lowercaseNext = /^[\s"'“‘([*_`]*\p{Ll}/u;
const paragraphEnd = /\n[^\S\n]*\n/g;
const colonAtLineEnd = /:[*_]{0,8}[^\S\n]*\n/;

/**
 * Splits prose into sentences; joined, they are the text again. A line end ends a sentence, too, and what follows a line that ends with a
 * colon stays with it up to the next blank line: no list is torn from what is said of its items.
 */
export function splitSentences(text: string): string[] {
  return splitAt(text, [...text.matchAll(paragraphEnd)].map(endOf)).flatMap(splitParagraph);
}

function splitParagraph(text: string): string[] {
  const bound = colonAtLineEnd.exec(text)?.index ?? text.length;
  const ends = [...text.matchAll(sentenceEnd)].filter((found) => endOf(found) <= bound && isEnd(text, found.index, endOf(found)));
  return splitAt(text, ends.map(endOf));
}

function isEnd(text: string, stop: number, until: number): boolean {
  if (text[stop] === '\n') return true;
  return !abbreviation.test(text.slice(Math.max(0, stop - 16), stop + 1)) && !lowercaseNext.test(text.slice(until, until + 16));
}

function endOf(found: RegExpExecArray): number {
  return found.index + found[0].length;
}

function splitAt(text: string, ends: readonly number[]): string[] {
  const starts = [0, ...ends];
  return starts.map((start, index) => text.slice(start, ends[index] ?? text.length)).filter((part) => part !== '');
}
