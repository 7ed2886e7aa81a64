/** The start of a text, at most `max` UTF-16 units and no half of a surrogate pair, with `...` where something was cut. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) {
    return text;
  }
  const start = text.slice(0, max);
  return `${start.isWellFormed() ? start : start.slice(0, -1)}...`;
}
