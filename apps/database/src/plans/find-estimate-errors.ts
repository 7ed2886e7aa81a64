import { showText } from '../text/show-name.ts';
import { conditionOf, nameNode } from './name-node.ts';
import { nodeAt, type Plan, type PlanNode } from './plan.ts';

/** A node whose rows were estimated badly. */
export interface EstimateError {
  node: string;
  /** Of one loop, as `actual`. */
  estimated: number;
  actual: number;
  /** How many times too much or too little. */
  factor: number;
  condition?: string;
}

const smallestFactor = 10;
const maxErrors = 5;

/** They hand on the rows from below: their error is that of the node below. */
const handingOn = new Set(['Sort', 'Incremental Sort', 'Hash', 'Gather', 'Gather Merge', 'Materialize', 'Memoize', 'Limit', 'LockRows']);

/** They read all that is below before they give a row. */
const readingAll = new Set(['Sort', 'Hash', 'Bitmap Heap Scan', 'SetOp', 'WindowAgg']);

/** Nodes whose estimate is at least ten times off, the worst first. Empty unless the statement was run. */
export function findEstimateErrors(plan: Plan): EstimateError[] {
  const isCutShort = findCutShort(plan);
  return plan.nodes
    .flatMap((node) => {
      const { actual, rows: estimated } = node;
      if (actual === undefined || actual.loops === 0 || handingOn.has(node.type)) {
        return [];
      }
      const factor = Math.max(actual.rows, 1) / Math.max(estimated, 1);
      return factor >= smallestFactor || (1 / factor >= smallestFactor && isCutShort[node.position] !== true)
        ? [toError(node, estimated, actual.rows)]
        : [];
    })
    .toSorted((a, b) => b.factor - a.factor)
    .slice(0, maxErrors);
}

function toError(node: PlanNode, estimated: number, actual: number): EstimateError {
  const factor = Math.max(actual, 1) / Math.max(estimated, 1);
  const condition = conditionOf(node);
  return {
    node: nameNode(node),
    estimated,
    actual,
    factor: Number(Math.max(factor, 1 / factor).toFixed(1)),
    ...(condition === undefined ? {} : { condition: showText(condition, 300) }),
  };
}

/** By position: whether a node above may have stopped reading, so that fewer rows than estimated say nothing. */
function findCutShort(plan: Plan): readonly boolean[] {
  const isCut: boolean[] = [];
  for (const node of plan.nodes) {
    const above = nodeAt(plan, node.parent);
    isCut[node.position] = above !== undefined && (stopsEarly(above, node) || (isCut[above.position] === true && !readsAll(above)));
  }
  return isCut;
}

function readsAll({ type, strategy }: PlanNode): boolean {
  return readingAll.has(type) || (type === 'Aggregate' && strategy !== 'Sorted');
}

function stopsEarly({ type, joinType }: PlanNode, { relationship }: PlanNode): boolean {
  const stopsAtFirst = relationship === 'SubPlan' || (relationship === 'Inner' && (joinType === 'Semi' || joinType === 'Anti'));
  return type === 'Limit' || type === 'Merge Join' || stopsAtFirst;
}
