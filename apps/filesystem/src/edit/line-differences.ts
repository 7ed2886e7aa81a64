/** A way in which two lines can differ although they read the same. */
interface Difference {
  readonly name: string;
  /** Takes the difference away. */
  readonly fold: (line: string) => string;
}

const differences: readonly Difference[] = [
  { name: 'line ending', fold: (line) => line.replaceAll('\r', '') },
  { name: 'Unicode form (composed or decomposed)', fold: (line) => line.normalize('NFC') },
  { name: 'invisible characters', fold: (line) => line.replaceAll(/(?![\t\r])\p{C}/gu, '') },
  { name: 'quotes', fold: (line) => line.replaceAll(/[\u2018\u2019\u201a\u201b\u2032`\u00b4\u201c\u201d\u201e\u2033\u00ab\u00bb"]/g, "'") },
  { name: 'dashes', fold: (line) => line.replaceAll(/(?!-)[\p{Pd}\u2212]/gu, '-') },
  { name: 'whitespace at the end', fold: (line) => line.replace(/(?<!\s)\s+$/, '') },
  { name: 'indentation', fold: (line) => line.replace(/^\s+/, '') },
  { name: 'whitespace between words', fold: (line) => line.replaceAll(/(?<!^|\s)\s+(?=\S)/g, ' ').replaceAll(/\u00a0/g, ' ') },
  { name: 'upper and lower case', fold: (line) => line.toLowerCase() },
];

/** What is left of a line when everything is taken away in which lines differ without reading differently. */
export function foldLine(line: string): string {
  let folded = line;
  for (const { fold } of differences) folded = fold(folded);
  return folded.replaceAll(/\s+/g, '');
}

/** Names how two lines differ, of which {@link foldLine} makes the same; nothing for lines that are the same or read differently. */
export function nameDifferences(actual: string, wanted: string): readonly string[] {
  if (actual === wanted || foldLine(actual) !== foldLine(wanted)) return [];
  let [left, right] = [actual, wanted];
  const names: string[] = [];
  for (const { name, fold } of differences) {
    const [nextLeft, nextRight] = [fold(left), fold(right)];
    // Two lines differ in what brings them nearer when it is taken away from both.
    if (isNearer([nextLeft, nextRight], [left, right])) names.push(name);
    [left, right] = [nextLeft, nextRight];
  }
  return names.length > 0 ? names : ['whitespace between words'];
}

function isNearer(next: readonly [string, string], now: readonly [string, string]): boolean {
  return now[0] !== now[1] && (next[0] === next[1] || distance(next) < distance(now));
}

/** Characters from the first to the last that differ: cheap, and it shrinks with every difference taken away. */
function distance([left, right]: readonly [string, string]): number {
  const shorter = Math.min(left.length, right.length);
  let start = 0;
  while (start < shorter && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < shorter - start && left.at(-1 - end) === right.at(-1 - end)) end += 1;
  return Math.max(left.length, right.length) - start - end;
}
