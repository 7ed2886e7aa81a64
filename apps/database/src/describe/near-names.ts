import { readCatalog } from '../catalog/read-catalog.ts';
import type { Source } from '../sources/source.ts';
import type { TableAllowList } from '../sql/table-allow-list.ts';

/** Most names that are suggested. */
const maxNames = 5;

/** Names that the database offers, by the pairs of letters they share with the wanted one, for a closer look here. */
const maxCandidates = 100;

/** Finds names of relations and enums like a name that is not there, likeliest first, written as SQL takes them. */
export async function findNearNames(
  source: Pick<Source, 'loadCatalog'>,
  name: string,
  tables: TableAllowList | undefined,
): Promise<readonly string[]> {
  const wanted = name.toLowerCase().slice(0, 63);
  const { nearNamesQuery } = await import('./near-names-query.ts');
  const rows = await readCatalog(source, nearNamesQuery({ wanted, pairs: toPairs(wanted), tables, limit: maxCandidates }));
  return rows
    .map((row) => ({ ...row, distance: distance(wanted, row.name.toLowerCase()) }))
    .filter(({ name: found, distance: steps }) => isNear(wanted, found.toLowerCase(), steps))
    .sort((one, other) => one.distance - other.distance)
    .slice(0, maxNames)
    .map(({ written }) => written);
}

/** `order` as `or`, `rd`, `de`, `er`; a single letter is itself. */
function toPairs(text: string): readonly string[] {
  const letters = Array.from(text);
  return letters.length < 2 ? letters : [...new Set(letters.slice(1).map((letter, index) => `${letters[index] ?? ''}${letter}`))];
}

/** One step in three letters, or one name within the other: `customer` is near `tbl_customers`. */
function isNear(wanted: string, found: string, steps: number): boolean {
  const isPart = wanted.length >= 3 && found.length >= 3 && (found.includes(wanted) || wanted.includes(found));
  return isPart || steps <= Math.max(1, Math.floor(Math.max(wanted.length, found.length) / 3));
}

/** Steps from one text to the other: letters put in, left out, replaced, or two neighbours swapped. */
export function distance(from: string, to: string): number {
  const source = Array.from(from);
  const target = Array.from(to);
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: target.length + 1 }, (_, column) => column);
  for (const [row, letter] of source.entries()) {
    const current = [row + 1];
    for (const [column, other] of target.entries()) {
      const at = (line: readonly number[], index: number): number => line[index] ?? 0;
      const steps = Math.min(at(last, column + 1) + 1, at(current, column) + 1, at(last, column) + (letter === other ? 0 : 1));
      const isSwap = row > 0 && column > 0 && letter === target[column - 1] && source[row - 1] === other;
      current.push(isSwap ? Math.min(steps, at(beforeLast, column - 1) + 1) : steps);
    }
    beforeLast = last;
    last = current;
  }
  return last.at(-1) ?? 0;
}
