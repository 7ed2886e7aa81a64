/** Why a statement is refused; stable, for tests and the log. */
export type RefusalReason =
  'empty' | 'function' | 'into' | 'locking' | 'many-statements' | 'nesting' | 'not-text' | 'relation' | 'statement' | 'syntax' | 'too-long';

/** How an accepted statement is read. */
export interface AcceptedStatement {
  /** `rows` can be paged by a cursor of the database; `report` (EXPLAIN, SHOW) is short and read whole. */
  readonly kind: 'rows' | 'report';
  /** Whether its rows come in a stated order. */
  readonly ordered: boolean;
  /** Whether it gives the same rows until the data changes. */
  readonly steady: boolean;
}

/** A refused statement. */
export interface Refusal {
  readonly ok: false;
  readonly reason: RefusalReason;
  readonly message: string;
  readonly hint: string;
  /** Character of the text, from 1. */
  readonly position?: number;
}

/** What the gate says of a statement. */
export type Verdict = { readonly ok: true; readonly statement: AcceptedStatement } | Refusal;

/** Makes a {@link Refusal}. */
export function refuse(reason: RefusalReason, message: string, hint: string): Refusal {
  return { ok: false, reason, message, hint };
}
