import { scrubText } from './scrub-text.ts';

/** Longer than any secret that {@link scrubText} knows: one that is cut in two would not be recognised. */
const lookAhead = 2_048;

/** Scrubs a text and cuts it to `maxChars`, saying how long it was. */
export function clipText(text: string, maxChars: number): string {
  if (text.length <= maxChars) return scrubText(text);
  return `${scrubText(text.slice(0, maxChars + lookAhead)).slice(0, maxChars)}… (${text.length} characters)`;
}
