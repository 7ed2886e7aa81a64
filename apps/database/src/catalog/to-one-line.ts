import { cutText } from './cut-text.ts';

/** Characters that end a line, or turn the direction of one. */
const breaking = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Makes one line of text from a database, which can hold anything: what would break the line is written as `\u000a`, the end is cut. */
export function toOneLine(text: string, max: number): string {
  return cutText(text, max).replace(breaking, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
