import { nodeAt, type Plan, type PlanNode } from './plan.ts';

/** What each node takes by itself, by position: milliseconds when the statement was run, else cost. */
export interface Weights {
  readonly unit: 'ms' | 'cost';
  readonly own: readonly number[];
  /** Of the root; the own weights add up to it. */
  readonly total: number;
}

/**
 * Takes what is below from each node. Every node hands on at most what it got, so that nothing is counted twice: below a LIMIT, a nested loop
 * or an InitPlan the numbers of PostgreSQL do not add up by themselves.
 */
export function weighNodes(plan: Plan): Weights {
  const [root] = plan.nodes;
  const isTimed = root?.actual !== undefined;
  const childrenOf = isTimed ? timedChildren(plan) : (node: PlanNode) => node.children;
  const inclusive = isTimed ? createClock(plan) : (node: PlanNode) => node.cost * estimateLoops(plan, node);
  const own = plan.nodes.map(() => 0);
  const total = root === undefined ? 0 : inclusive(root);
  const open = root === undefined ? [] : [{ node: root, weight: total }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    let rest = next.weight;
    for (const position of childrenOf(next.node)) {
      const child = nodeAt(plan, position);
      if (child !== undefined) {
        const weight = Math.min(inclusive(child), rest);
        rest -= weight;
        open.push({ node: child, weight });
      }
    }
    own[next.node.position] = rest;
  }
  return { unit: isTimed ? 'ms' : 'cost', own, total };
}

/** How often a node is run below its parent, as far as estimates say. */
function estimateLoops(plan: Plan, { parent, position, relationship }: PlanNode): number {
  const above = nodeAt(plan, parent);
  if (relationship === 'SubPlan') {
    return Math.max(1, above?.rows ?? 1);
  }
  if (above?.type !== 'Nested Loop' || relationship !== 'Inner') {
    return 1;
  }
  const outer = above.children
    .map((child) => nodeAt(plan, child))
    .find((child) => child?.position !== position && child?.relationship === 'Outer');
  return Math.max(1, outer?.rows ?? 1);
}

/** Milliseconds of a node by the wall: loops of parallel workers run side by side. */
function createClock({ nodes }: Plan): (node: PlanNode) => number {
  const processes: number[] = [];
  for (const { position, parent, relationship } of nodes) {
    const above = parent === undefined ? undefined : nodes[parent];
    const launched = above?.counters.workersLaunched;
    const outside = relationship === 'InitPlan';
    processes[position] = launched === undefined || outside ? (outside ? 1 : (processes[parent ?? -1] ?? 1)) : launched + 1;
  }
  return ({ actual, position }) => (actual === undefined ? 0 : (actual.totalMs * actual.loops) / (processes[position] ?? 1));
}

/** A CTE is worked out by the scans that read it, though plans show it below another node. */
function timedChildren({ nodes }: Plan): (node: PlanNode) => readonly number[] {
  const isCte = (node: PlanNode | undefined): boolean => node?.subplan?.startsWith('CTE ') === true;
  const readers = new Map<string, number>();
  for (const { type, cte, position } of nodes) {
    if (type === 'CTE Scan' && cte !== undefined && !readers.has(cte)) {
      readers.set(cte, position);
    }
  }
  const moved = new Map<number, number[]>();
  for (const node of nodes) {
    const reader = isCte(node) ? readers.get(node.subplan?.slice('CTE '.length) ?? '') : undefined;
    if (reader !== undefined) {
      moved.set(reader, [...(moved.get(reader) ?? []), node.position]);
    }
  }
  const all = new Set([...moved.values()].flat());
  return ({ children, position }) => [...children.filter((child) => !all.has(child)), ...(moved.get(position) ?? [])];
}
