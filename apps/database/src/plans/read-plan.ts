import { AppError } from '@trellis-mcp/errors';
import { z } from 'zod';
import type { NodeCounters, NodeExpressions, Plan, PlanNode } from './plan.ts';

/** Longest JSON that is read: a plan of some thousand nodes has a few megabytes. */
const maxPlanLength = 16_000_000;
const maxNodes = 10_000;
const maxOutput = 4;

const text = z.string().optional().catch(undefined);
const number = z.number().optional().catch(undefined);
const texts = z.array(z.string()).optional().catch(undefined);

/** Keys that are used; versions 13 to 18 add others, which are passed over. */
const rawNode = z.object({
  'Node Type': z.string().catch('Unknown'),
  'Parent Relationship': text,
  'Subplan Name': text,
  'CTE Name': text,
  'Parallel Aware': z.boolean().catch(false),
  Schema: text,
  'Relation Name': text,
  'Function Name': text,
  Alias: text,
  'Index Name': text,
  'Join Type': text,
  Strategy: text,
  'Total Cost': z.number().catch(0),
  'Plan Rows': z.number().catch(0),
  'Actual Rows': number,
  'Actual Loops': number,
  'Actual Total Time': number,
  Filter: text,
  'Join Filter': text,
  'Index Cond': text,
  'Recheck Cond': text,
  'Hash Cond': text,
  'Merge Cond': text,
  'Sort Key': texts,
  Output: texts,
  'Rows Removed by Filter': number,
  'Rows Removed by Join Filter': number,
  'Rows Removed by Index Recheck': number,
  'Heap Fetches': number,
  'Sort Space Type': text,
  'Sort Space Used': number,
  'Disk Usage': number,
  'Hash Batches': number,
  'Lossy Heap Blocks': number,
  'Workers Planned': number,
  'Workers Launched': number,
  Plans: z.array(z.unknown()).catch([]),
});

type RawNode = z.output<typeof rawNode>;

const rawPlan = z.object({
  Plan: z.unknown(),
  'Planning Time': number,
  'Execution Time': number,
  JIT: z
    .object({ Timing: z.object({ Total: number }) })
    .optional()
    .catch(undefined),
});

/**
 * Reads the answer of `EXPLAIN (FORMAT JSON, VERBOSE)`. Without recursion: the depth of a plan is made by its statement.
 *
 * @throws AppError `LIMIT` when it is too large, `UPSTREAM` when it is no plan.
 */
export function readPlan(json: string): Plan {
  if (json.length > maxPlanLength) {
    throw new AppError('LIMIT', `The plan has ${String(json.length)} characters, too many to be read.`, { hint: 'Explain a part of it.' });
  }
  const root = z.tuple([rawPlan], z.unknown()).safeParse(parse(json));
  if (!root.success) {
    throw new AppError('UPSTREAM', 'The database answered EXPLAIN with something that is no plan.', { cause: root.error });
  }
  const [{ Plan: top, 'Planning Time': planningMs, 'Execution Time': executionMs, JIT: jit }] = root.data;
  const jitMs = jit?.Timing.Total;
  return {
    ...flatten(top),
    ...(executionMs === undefined ? {} : { executionMs, ...(planningMs === undefined ? {} : { planningMs }) }),
    ...(jitMs === undefined ? {} : { jitMs }),
  };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new AppError('UPSTREAM', 'The database answered EXPLAIN with something that is no JSON.', { cause });
  }
}

interface Open {
  readonly value: unknown;
  readonly depth: number;
  readonly parent?: number;
}

function flatten(top: unknown): Pick<Plan, 'nodes' | 'leftOut'> {
  const nodes: (PlanNode & { children: number[] })[] = [];
  const open: Open[] = [{ value: top, depth: 0 }];
  let leftOut = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const raw = rawNode.safeParse(next.value);
    if (!raw.success || nodes.length >= maxNodes) {
      leftOut += 1;
      continue;
    }
    const { depth, parent } = next;
    const position = nodes.length;
    nodes.push({ ...toNode(raw.data), position, depth, children: [], ...(parent === undefined ? {} : { parent }) });
    nodes[parent ?? -1]?.children.push(position);
    for (const value of raw.data.Plans.toReversed()) {
      open.push({ value, depth: depth + 1, parent: position });
    }
  }
  return { nodes, leftOut };
}

function toNode(raw: RawNode): Omit<PlanNode, 'position' | 'depth' | 'children' | 'parent'> {
  const { Schema: schema, 'Actual Loops': loops } = raw;
  const relation = raw['Relation Name'] ?? raw['Function Name'];
  return present({
    type: raw['Node Type'],
    relationship: raw['Parent Relationship'],
    subplan: raw['Subplan Name'],
    cte: raw['CTE Name'],
    on: relation === undefined ? undefined : present({ schema, relation }),
    alias: raw.Alias,
    index: raw['Index Name'],
    joinType: raw['Join Type'],
    strategy: raw.Strategy,
    isParallel: raw['Parallel Aware'],
    cost: raw['Total Cost'],
    rows: raw['Plan Rows'],
    actual: loops === undefined ? undefined : { loops, rows: raw['Actual Rows'] ?? 0, totalMs: raw['Actual Total Time'] ?? 0 },
    expressions: toExpressions(raw),
    counters: toCounters(raw),
  });
}

function toExpressions(raw: RawNode): NodeExpressions {
  const { Output: output } = raw;
  return present({
    filter: raw.Filter,
    joinFilter: raw['Join Filter'],
    indexCond: raw['Index Cond'],
    recheckCond: raw['Recheck Cond'],
    hashCond: raw['Hash Cond'],
    mergeCond: raw['Merge Cond'],
    sortKey: raw['Sort Key'],
    output: output !== undefined && output.length <= maxOutput ? output : undefined,
  });
}

function toCounters(raw: RawNode): NodeCounters {
  return present({
    removedByFilter: raw['Rows Removed by Filter'],
    removedByJoinFilter: raw['Rows Removed by Join Filter'],
    removedByRecheck: raw['Rows Removed by Index Recheck'],
    heapFetches: raw['Heap Fetches'],
    sortDiskKb: raw['Sort Space Type'] === 'Disk' ? raw['Sort Space Used'] : undefined,
    hashDiskKb: raw['Disk Usage'] === 0 ? undefined : raw['Disk Usage'],
    hashBatches: raw['Hash Batches'],
    lossyBlocks: raw['Lossy Heap Blocks'],
    workersPlanned: raw['Workers Planned'],
    workersLaunched: raw['Workers Launched'],
  });
}

type Present<Fields> = { [Key in keyof Fields as undefined extends Fields[Key] ? never : Key]: Fields[Key] } & {
  [Key in keyof Fields as undefined extends Fields[Key] ? Key : never]?: Exclude<Fields[Key], undefined>;
};

/** Leaves out what is undefined. */
function present<Fields extends object>(fields: Fields): Present<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<Fields>;
}
