import { showText } from '../text/show-name.ts';
import { nameNode } from './name-node.ts';
import type { Plan, PlanNode } from './plan.ts';

/** Characters of a rendered plan. */
export const maxPlanText = 16_000;

const maxExpression = 240;
/** What a note of nodes left out may take. */
const noteLength = 60;
const maxIndent = 60;

/** A plan as indented text, one node a line and its conditions below it. What is deepest is left out first, with a note where. */
export function renderPlan(plan: Plan): string {
  const { shown, hidden } = chooseNodes(plan);
  const lines = plan.nodes.flatMap((node) => {
    const text = shown.get(node.position);
    const below = hidden.get(node.position) ?? 0;
    return text === undefined ? [] : below === 0 ? [text] : [text, `${indent(node.depth + 1)}... ${String(below)} more below`];
  });
  return [...lines, ...(plan.leftOut === 0 ? [] : [`... ${String(plan.leftOut)} more nodes`])].join('\n');
}

/** Takes nodes level by level until the text is full. */
function chooseNodes({ nodes }: Plan): { shown: ReadonlyMap<number, string>; hidden: ReadonlyMap<number, number> } {
  const shown = new Map<number, string>();
  let left = maxPlanText - noteLength;
  for (const node of nodes.toSorted((a, b) => a.depth - b.depth)) {
    const text = renderNode(node);
    left -= text.length + 1 + (node.children.length === 0 ? 0 : noteLength + Math.min(node.depth * 2, maxIndent));
    if (left < 0) {
      break;
    }
    shown.set(node.position, text);
  }
  return { shown, hidden: countHidden(nodes, shown) };
}

/** How many nodes below each shown node are not shown. */
function countHidden(nodes: readonly PlanNode[], shown: ReadonlyMap<number, string>): ReadonlyMap<number, number> {
  const hidden = new Map<number, number>();
  for (const { position, parent } of nodes.toReversed()) {
    if (parent !== undefined && !shown.has(position)) {
      hidden.set(parent, (hidden.get(parent) ?? 0) + 1 + (hidden.get(position) ?? 0));
    }
  }
  return hidden;
}

function renderNode(node: PlanNode): string {
  const { depth, rows, cost, actual, subplan } = node;
  const start = depth === 0 ? '' : `${indent(depth)}-> `;
  const measured = actual === undefined ? '' : `; actual ${renderActual(actual)}`;
  const label = subplan === undefined ? '' : `${showText(subplan, 90)}: `;
  const head = `${start}${label}${nameNode(node)} (rows ${String(rows)}, cost ${String(cost)}${measured})`;
  return [head, ...describe(node).map((line) => `${indent(depth + 2)}${line}`)].join('\n');
}

function renderActual({ rows, loops, totalMs }: NonNullable<PlanNode['actual']>): string {
  return loops === 0 ? 'never run' : `rows ${String(rows)}, loops ${String(loops)}, ${totalMs.toFixed(2)} ms each`;
}

function describe({ expressions, counters }: PlanNode): string[] {
  const { filter, joinFilter, indexCond, hashCond, mergeCond, sortKey } = expressions;
  const removed = (count: number | undefined): string => (count === undefined ? '' : ` (removed ${String(count)})`);
  const disk = counters.sortDiskKb ?? counters.hashDiskKb;
  const lines: (readonly [string, string | undefined, string])[] = [
    ['index', indexCond, removed(counters.removedByRecheck)],
    ['hash', hashCond, ''],
    ['merge', mergeCond, ''],
    ['join filter', joinFilter, removed(counters.removedByJoinFilter)],
    ['filter', filter, removed(counters.removedByFilter)],
    ['sort', sortKey?.slice(0, 10).join(', '), ''],
    ['on disk', disk === undefined ? undefined : `${String(disk)} kB`, ''],
  ];
  return lines.flatMap(([name, text, more]) => (text === undefined ? [] : [`${name}: ${showText(text, maxExpression)}${more}`]));
}

function indent(depth: number): string {
  return ' '.repeat(Math.min(depth * 2, maxIndent));
}
