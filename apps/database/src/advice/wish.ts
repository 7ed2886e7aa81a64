import type { PlanRelation } from '../plans/plan.ts';
import type { Condition } from './conditions.ts';
import type { IndexKey } from './index-key.ts';

/** What one node of a plan would profit from. */
export interface Wish {
  /** What the node does now. */
  readonly why: 'filter' | 'join' | 'sort' | 'extreme';
  readonly table: PlanRelation;
  /** The node, as plans name it. */
  readonly node: string;
  /** Conditions on columns of the table. */
  readonly conditions: readonly Condition[];
  /** What the node compares, as PostgreSQL writes it. */
  readonly filter?: string;
  /** Conditions of the node are these and no others. */
  readonly isComplete: boolean;
  /** Order in which rows are wanted. */
  readonly sort: readonly SortKey[];
  /** Rows that the node gives, as estimated for one loop. */
  readonly rows: number;
  /** Rows on the other side of a join. */
  readonly partnerRows?: number;
  /** Side of an OR: granted only together with the wishes that have the same number. */
  readonly together?: number;
  /** Part of the cost of the plan that the node takes by itself, 0 to 1. */
  readonly share: number;
}

/** One key of an order. */
export interface SortKey {
  readonly key: IndexKey;
  readonly alias: string;
  /** What follows the key in SQL: nothing, ` DESC`, ` NULLS FIRST`. */
  readonly suffix: '' | ' DESC' | ' NULLS FIRST' | ' DESC NULLS LAST';
}
