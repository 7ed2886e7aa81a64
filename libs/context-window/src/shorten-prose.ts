import { isWarning } from './is-warning.ts';
import { splitSentences } from './split-sentences.ts';
import { wholeEnd } from './whole-characters.ts';

/** How far {@link shortenProse} goes. */
export interface ShortenOptions {
  /** Characters of sentences that are no warnings, from the beginning. */
  readonly maxChars: number;
  /** Whether the beginning stays in any case: the first sentence, up to 200 characters. */
  readonly keepsLead: boolean;
}

const maxLead = 200;
const example = /^[\s(*_-]{0,8}(?:examples?\b|for (?:example|instance)\b|e\.g\.)/i;

/** Cuts prose to the sentences at its beginning and its warnings, wherever they stand; a warning is never cut. */
export function shortenProse(text: string, { maxChars, keepsLead }: ShortenOptions): string {
  let left = maxChars;
  return keepSentences(text, (sentence, index) => {
    if (isWarning(sentence)) return sentence;
    const room = index === 0 && keepsLead ? Math.max(left, maxLead) : left;
    if (sentence.trimEnd().length <= room) {
      left -= sentence.length;
      return sentence;
    }
    left = 0;
    return index === 0 && keepsLead ? `${cutAtWord(sentence, room)}… ` : '';
  });
}

/** Drops the sentences that only give an example. */
export function dropExamples(text: string): string {
  return keepSentences(text, (sentence) => (example.test(sentence) && !isWarning(sentence) ? '' : sentence));
}

/** A text of which nothing was cut stays as it was written. */
function keepSentences(text: string, keep: (sentence: string, index: number) => string): string {
  const kept = splitSentences(text).map(keep).join('');
  return kept === text ? text : kept.trim();
}

function cutAtWord(sentence: string, maxChars: number): string {
  const cut = sentence.slice(0, wholeEnd(sentence, maxChars));
  const space = cut.lastIndexOf(' ');
  return (space > maxChars / 2 ? cut.slice(0, space) : cut).trimEnd();
}
