import { randomBytes } from 'node:crypto';

/** A text that is nowhere but outside of the roots. */
export interface Canary {
  /** Stands in the names and in the content of what is outside. */
  readonly word: string;
  /** Content of a file outside. */
  readonly content: string;
  /** The first trace of the outside in an answer, a log or a file: bytes, also as base64, names, or the size of such a file. */
  findIn(text: string): string | undefined;
}

/** The size that files outside have; nothing else has it. */
const outsideBytes = 54_321;

/** Makes up a new one. */
export function createCanary(): Canary {
  const word = `outside-${randomBytes(12).toString('hex')}`;
  const traces = [word, ...[0, 1, 2].map((skipped) => encode(word.slice(skipped)))];
  const size = new RegExp(String.raw`"?(?:size|bytes|totalBytes)"?\s*[:=]\s*"?${String(outsideBytes)}\b`, 'i');
  return {
    word,
    content: `${word} even\n`.repeat(outsideBytes).slice(0, outsideBytes),
    findIn: (text) => traces.find((trace) => text.includes(trace)) ?? size.exec(text)?.[0],
  };
}

/** Base64 of the whole groups of three bytes, which stand in that of any text around them. */
function encode(text: string): string {
  return Buffer.from(text.slice(0, text.length - (text.length % 3))).toString('base64');
}
