import { explainStatement } from '../plans/explain-statement.ts';
import type { ScriptStatement } from '../sources/raw-page.ts';
import type { RunOptions, Source } from '../sources/source.ts';
import { renderCandidate, type Candidate } from './candidate.ts';
import type { Statement } from './choose-statements.ts';

/** What {@link tryCandidates} needs. */
export interface Trial {
  readonly source: Pick<Source, 'runScript'>;
  /** Schema of hypopg, quoted as SQL needs it. */
  readonly hypopg: string;
  readonly options: RunOptions;
}

/** What the planner made of candidates. */
export interface TrialResult {
  readonly cost: number;
  /** Those that the plan uses. */
  readonly used: readonly Candidate[];
}

/** Whether hypopg can say something of a candidate: it knows B-trees of ordinary tables. */
export function canTry({ method, table }: Candidate): boolean {
  return method === 'btree' && !table.isPartitioned;
}

/**
 * Plans a statement with hypothetical indexes: they exist for EXPLAIN alone, and only in the session that made them. They outlive its transaction
 * and DISCARD ALL, so that they are dropped before and after, or the session is closed.
 */
export async function tryCandidates(statement: Statement, candidates: readonly Candidate[], trial: Trial): Promise<TrialResult> {
  const { source, hypopg, options } = trial;
  const reset: ScriptStatement = { sql: `SELECT ${hypopg}.hypopg_reset()` };
  const create = candidates.map((candidate) => ({
    sql: `SELECT indexname FROM ${hypopg}.hypopg_create_index($1::text)`,
    params: [renderCandidate(candidate)],
  }));
  const around = { before: [reset, ...create], after: [reset] };
  const { plan, before } = await explainStatement(source, { ...statement, around }, { ...options, leavesTraces: true });
  const names = new Set(plan.nodes.map(({ index }) => index));
  return { cost: plan.nodes[0]?.cost ?? 0, used: candidates.filter((_, place) => names.has(before[place + 1] ?? '')) };
}
