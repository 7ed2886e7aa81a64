import { showWord } from '@trellis-mcp/validation';

const longestCompared = 64;

/** ` Did you mean x?` for the candidate nearest to a mistyped word, or an empty text when none is near enough (a third of its length). */
export function suggest(word: string, candidates: Iterable<string>): string {
  let nearest = '';
  let nearestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  if (word.length <= longestCompared) {
    for (const candidate of candidates) {
      const distance = countEdits(word, candidate);
      if (distance < nearestDistance) {
        nearest = candidate;
        nearestDistance = distance;
      }
    }
  }
  return nearest === '' ? '' : ` Did you mean ${showWord(nearest)}?`;
}

/** The Levenshtein distance: how many characters to insert, delete or replace. */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, character] of from.split('').entries()) {
    const next = [index + 1];
    for (const [column, other] of to.split('').entries()) {
      const replaced = (row[column] ?? 0) + (character === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
