import { showText } from '../text/show-name.ts';
import { conditionOf, nameNode } from './name-node.ts';
import type { Plan, PlanNode } from './plan.ts';
import type { Weights } from './weigh-nodes.ts';

/** A node that takes much by itself. */
export interface WorstNode {
  node: string;
  /** Of the whole, 0 to 1. */
  share: number;
  /** By itself, without what is below; milliseconds only when the statement was run. */
  ms?: number;
  cost?: number;
  /** Of one loop; measured when the statement was run, else estimated. */
  rows: number;
  loops?: number;
  condition?: string;
  /** Read and thrown away, of all loops. */
  rowsRemoved?: number;
  diskKb?: number;
  heapFetches?: number;
}

const maxNodes = 5;
const smallestShare = 0.01;
const maxCondition = 300;

/** The nodes that take most by themselves, the worst first. */
export function findWorstNodes({ nodes }: Plan, { own, unit, total }: Weights): WorstNode[] {
  return nodes
    .filter(({ position }) => total > 0 && (own[position] ?? 0) / total >= smallestShare)
    .toSorted((a, b) => (own[b.position] ?? 0) - (own[a.position] ?? 0))
    .slice(0, maxNodes)
    .map((node) => {
      const weight = own[node.position] ?? 0;
      return { node: nameNode(node), share: round(weight / total, 3), [unit]: round(weight, 2), ...describe(node) };
    });
}

function describe(node: PlanNode): Omit<WorstNode, 'node' | 'share'> {
  const { actual, rows, counters } = node;
  const condition = conditionOf(node);
  const removed = rowsRemoved(node);
  const diskKb = Math.max(counters.sortDiskKb ?? 0, counters.hashDiskKb ?? 0);
  return {
    rows: actual?.rows ?? rows,
    ...(actual === undefined ? {} : { loops: actual.loops }),
    ...(condition === undefined ? {} : { condition: showText(condition, maxCondition) }),
    ...(removed > 0 ? { rowsRemoved: removed } : {}),
    ...(diskKb > 0 ? { diskKb } : {}),
    ...(counters.heapFetches === undefined ? {} : { heapFetches: counters.heapFetches }),
  };
}

/** Rows of all loops that a node read and threw away; 0 when the statement was not run. */
export function rowsRemoved({ actual, counters }: PlanNode): number {
  const { removedByFilter = 0, removedByJoinFilter = 0, removedByRecheck = 0 } = counters;
  return Math.round((removedByFilter + removedByJoinFilter + removedByRecheck) * (actual?.loops ?? 0));
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
