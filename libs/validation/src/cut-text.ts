/** Gives the first `length` UTF-16 units of a text, one less where that would leave half of a surrogate pair. */
export function cutText(text: string, length: number): string {
  const isTorn = isBetween(text.charCodeAt(length - 1), 0xd800, 0xdbff) && isBetween(text.charCodeAt(length), 0xdc00, 0xdfff);
  return text.slice(0, isTorn ? length - 1 : length);
}

function isBetween(code: number, low: number, high: number): boolean {
  return code >= low && code <= high;
}
