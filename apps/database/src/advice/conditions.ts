import type { IndexKey } from './index-key.ts';

/** How a condition compares a key. */
export type ConditionKind =
  | 'equal'
  | 'range'
  /** LIKE with a fixed start. */
  | 'prefix'
  /** LIKE or ILIKE with a fixed part elsewhere. */
  | 'substring'
  /** `@>`, `?` and the like on jsonb, arrays and ranges. */
  | 'contains'
  /** `@@` on tsvector. */
  | 'match'
  | 'null'
  | 'notNull'
  | 'true'
  | 'false';

/** One condition that an index on its key could serve. */
export interface Condition {
  readonly kind: ConditionKind;
  readonly key: IndexKey;
  /** Table of the key, as the plan calls it. */
  readonly alias: string;
  /** Tables on the other side; none when it is compared with a value. */
  readonly others: readonly string[];
  readonly operator: string;
}

/** Conditions that must all hold. */
export interface Conjunction {
  readonly conditions: readonly Condition[];
  /** Parts joined by AND, with those that no index serves. */
  readonly parts: number;
  /** Each OR among the parts: the conditions of each of its sides. */
  readonly choices: readonly (readonly (readonly Condition[])[])[];
}
