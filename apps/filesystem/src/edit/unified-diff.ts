import type { StructuredPatch } from 'diff';
import { toLine } from '../roots/located.ts';

/** Most characters of a diff that is sent. */
const maxDiffLength = 32_768;
/** Longest text between the first and the last change that is compared line by line. */
const maxCompared = 262_144;
/** Lines that differ up to which a comparison ends soon, however busy the machine is. */
const fewLines = 100;
/** Comparing blocks all other calls: so long is looked for more. */
const timeoutMs = 40;
const context = 3;

/**
 * The change from `before` to `after` as a unified diff, `path` in its head. Texts that differ too much or too far apart are not compared;
 * one sentence says so. What is longer than 32,768 characters is cut at the end of a line, and a line says so.
 */
export async function createUnifiedDiff(path: string, before: string, after: string): Promise<string> {
  if (before === after) return '';
  const { from, beforeEnd, afterEnd } = findChanged(before, after);
  const [left, right] = [before.slice(from, beforeEnd), after.slice(from, afterEnd)];
  const header = `--- ${toLine(path)}\n+++ ${toLine(path)}\n`;
  if (left.length + right.length > maxCompared) return header + describeChange(left, right);
  // Only edits compare; a start need not load what does.
  const { structuredPatch } = await import('diff');
  const compare = (limit: { readonly maxEditLength: number } | { readonly timeout: number }): StructuredPatch | undefined =>
    structuredPatch(path, path, left, right, undefined, undefined, { context, ...limit });
  const patch = compare({ maxEditLength: fewLines }) ?? compare({ timeout: timeoutMs });
  if (patch === undefined) return header + describeChange(left, right);
  const skipped = countLines(before, from);
  const hunks = patch.hunks.map(({ oldStart, oldLines, newStart, newLines, lines }) => {
    const head = `@@ -${range(oldStart + skipped, oldLines)} +${range(newStart + skipped, newLines)} @@`;
    return [head, ...lines].join('\n');
  });
  return cut(`${header}${hunks.join('\n')}\n`);
}

/** An empty side is named by the line before it. */
function range(start: number, lines: number): string {
  return lines === 1 ? String(start) : `${lines === 0 ? start - 1 : start},${lines}`;
}

interface Changed {
  /** Where the lines begin that hold all changes and what surrounds them. */
  readonly from: number;
  readonly beforeEnd: number;
  readonly afterEnd: number;
}

function findChanged(before: string, after: string): Changed {
  const start = countSame(before, after, Math.min(before.length, after.length));
  const end = countSameAtEnd(before, after, Math.min(before.length, after.length) - start);
  let from = start;
  for (let lines = 0; lines <= context && from > 0; lines += 1) from = before.lastIndexOf('\n', from - 2) + 1;
  let to = before.length - end;
  for (let lines = 0; lines <= context && to < before.length; lines += 1) {
    const next = before.indexOf('\n', to);
    to = next === -1 ? before.length : next + 1;
  }
  return { from, beforeEnd: to, afterEnd: after.length - (before.length - to) };
}

/** Characters compared at once. One by one, some megabytes would keep all other calls waiting. */
const piece = 4096;

/** How many of the first `most` characters are the same in both. */
function countSame(before: string, after: string, most: number): number {
  let same = 0;
  while (same + piece <= most && before.slice(same, same + piece) === after.slice(same, same + piece)) same += piece;
  while (same < most && before.charCodeAt(same) === after.charCodeAt(same)) same += 1;
  return same;
}

/** How many of the last `most` characters are the same in both. */
function countSameAtEnd(before: string, after: string, most: number): number {
  const ofEnd = (text: string, same: number): string => text.slice(text.length - same - piece, text.length - same);
  let same = 0;
  while (same + piece <= most && ofEnd(before, same) === ofEnd(after, same)) same += piece;
  while (same < most && before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)) same += 1;
  return same;
}

function countLines(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

function describeChange(left: string, right: string): string {
  const [removed, added] = [countLines(left, left.length), countLines(right, right.length)];
  return `(not compared line by line: ${removed} lines before, ${added} lines after, too long or too different)\n`;
}

function cut(diff: string): string {
  if (diff.length <= maxDiffLength) return diff;
  const end = diff.lastIndexOf('\n', maxDiffLength);
  const kept = end > maxDiffLength / 2 ? diff.slice(0, end + 1) : `${diff.slice(0, maxDiffLength).toWellFormed()}\n`;
  return `${kept}(cut: the diff has ${diff.length} characters)\n`;
}
