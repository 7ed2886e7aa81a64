/**
 * Orders paths as a walk meets them whose folders are sorted by name: by bytes of UTF-8, a separator before everything else.
 *
 * @returns Less than 0 when `a` comes first.
 */
export function comparePaths(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const difference = rank(a.charCodeAt(index)) - rank(b.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

const separator = 0x2f;

/** UTF-16 units in the order of the characters that they stand for: surrogates stand for the last of all. */
function rank(unit: number): number {
  if (unit === separator) return -1;
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
