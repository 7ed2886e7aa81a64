import type { Condition } from './conditions.ts';
import { columnOf } from './index-key.ts';
import type { TableFacts } from './table-facts.ts';

/** PostgreSQL's own guesses where nothing is known (`selfuncs.h`). */
const guesses = {
  equal: 0.005,
  range: 1 / 3,
  prefix: 0.005,
  substring: 0.01,
  contains: 0.01,
  match: 0.005,
  null: 0.005,
  bool: 0.5,
} as const;

/** Part of a table's rows that a condition keeps on average, 0 to 1, by the statistics of its column. */
export function estimateSelectivity({ kind, key }: Condition, { columns }: TableFacts): number {
  const column = columns.get(columnOf(key) ?? '');
  switch (kind) {
    case 'equal':
      return column?.distinct === undefined || column.distinct <= 0 ? guesses.equal : (1 - (column.nullFraction ?? 0)) / column.distinct;
    case 'null':
      return column?.nullFraction ?? guesses.null;
    case 'notNull':
      return 1 - (column?.nullFraction ?? guesses.null);
    case 'true':
    case 'false':
      return guesses.bool;
    default:
      return guesses[kind];
  }
}
