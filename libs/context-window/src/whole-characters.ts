/** The nearest end at or before `end` that does not tear a surrogate pair. */
export function wholeEnd(text: string, end: number): number {
  return isInsidePair(text, end) ? end - 1 : end;
}

/** The nearest start at or after `start` that does not tear a surrogate pair. */
export function wholeStart(text: string, start: number): number {
  return isInsidePair(text, start) ? start + 1 : start;
}

function isInsidePair(text: string, index: number): boolean {
  return index > 0 && isBetween(text.charCodeAt(index - 1), 0xd800, 0xdbff) && isBetween(text.charCodeAt(index), 0xdc00, 0xdfff);
}

function isBetween(code: number, low: number, high: number): boolean {
  return code >= low && code <= high;
}
