import type { IndexKey } from './index-key.ts';
import type { Extensions } from './load-extensions.ts';
import type { TableFacts } from './table-facts.ts';

/** What is known when candidates for a table are built. */
export interface BuildContext {
  readonly table: TableFacts;
  readonly extensions: Extensions;
  /** Whether an index may hold what the functions of a key compute. */
  readonly isImmutable: (key: IndexKey) => boolean;
  /** Largest part of a table that an index is thought to be good for, 0 to 1. */
  readonly maxSelectivity: number;
}
