import { cutText } from './cut-text.ts';

/** Characters that end a line, turn the direction of one, or cannot be seen by people; the joiners that scripts and emoji need stay. */
const breaking = /(?![\u200c\u200d])[\p{C}\p{Zl}\p{Zp}]/gu;

/** Makes one line of text from a database, which can hold anything: what would break the line is written as `\u{a}`, the end is cut. */
export function toOneLine(text: string, max: number): string {
  return cutText(text, max).replace(breaking, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
