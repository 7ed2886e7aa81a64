import type { RunOptions, Source } from '../sources/source.ts';
import { countParameters } from './count-parameters.ts';
import { explainStatement } from './explain-statement.ts';
import { findEstimateErrors, type EstimateError } from './find-estimate-errors.ts';
import { findWarnings } from './find-warnings.ts';
import { findWorstNodes, type WorstNode } from './find-worst-nodes.ts';
import { loadTableSizes } from './load-table-sizes.ts';
import { planParser } from './plan-parser.ts';
import { renderPlan } from './render-plan.ts';
import { weighNodes } from './weigh-nodes.ts';

/** What a caller is told of a plan. */
export interface PlanReport {
  totalCost: number;
  estimatedRows: number;
  /** These only when the statement was run. */
  planningMs?: number;
  executionMs?: number;
  actualRows?: number;
  worstNodes: WorstNode[];
  estimateErrors?: EstimateError[];
  warnings: string[];
  plan: string;
}

/** A statement that the gate has accepted. */
export interface PlanQuestion {
  readonly sql: string;
  /** Values in text format. */
  readonly params: readonly (string | null)[] | undefined;
  readonly analyze: boolean;
}

/** Explains a statement and says what matters in its plan. */
export async function reportPlan(
  source: Pick<Source, 'runScript' | 'loadCatalog'>,
  { sql, params, analyze }: PlanQuestion,
  options: RunOptions,
): Promise<PlanReport> {
  const parameters = await countParameters(sql, planParser);
  const { plan } = await explainStatement(source, { sql, params, parameters, analyze }, options);
  const weights = weighNodes(plan);
  const sizes = await loadTableSizes(source, plan);
  const [root] = plan.nodes;
  const isGeneric = parameters > 0 && params === undefined;
  const { planningMs, executionMs } = plan;
  return {
    totalCost: root?.cost ?? 0,
    estimatedRows: root?.rows ?? 0,
    ...(planningMs === undefined ? {} : { planningMs }),
    ...(executionMs === undefined ? {} : { executionMs }),
    ...(root?.actual === undefined ? {} : { actualRows: root.actual.rows, estimateErrors: findEstimateErrors(plan) }),
    worstNodes: findWorstNodes(plan, weights),
    warnings: [...findWarnings({ plan, weights, sizes }), ...(isGeneric ? [genericNote] : [])],
    plan: renderPlan(plan),
  };
}

const genericNote = 'This plan suits any values of the parameters. Pass params for the plan of those values.';
