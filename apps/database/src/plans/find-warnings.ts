import { formatCount } from '../text/format.ts';
import { showRelation } from '../text/show-name.ts';
import { rowsRemoved } from './find-worst-nodes.ts';
import { sizeKey, type TableSizes } from './load-table-sizes.ts';
import { nameNode } from './name-node.ts';
import { nodeAt, type Plan, type PlanNode } from './plan.ts';
import type { Weights } from './weigh-nodes.ts';

/** What warnings are found in. */
export interface WarningContext {
  readonly plan: Plan;
  readonly weights: Weights;
  readonly sizes: TableSizes;
}

const maxWarnings = 10;

/** From here on a table is large, a loop long. */
const manyRows = 10_000;
const manyLoops = 1_000;
/** A filter that keeps less is one that an index could serve. */
const selective = 0.05;
const smallestShare = 0.1;

type Check = (node: PlanNode, context: WarningContext) => string | undefined;

const checks: readonly Check[] = [
  seqScanWithFilter,
  indexScanWithFilter,
  joinFilterRemovesMost,
  spill,
  hashInBatches,
  manyLoopsOver,
  heapFetches,
  lossyBitmap,
  fewerWorkers,
  limitReadsMuch,
];

/** What stands out in a plan, in plain words with a next step; the heaviest nodes first, at most ten. */
export function findWarnings(context: WarningContext): string[] {
  const { plan, weights } = context;
  const heaviestFirst = plan.nodes.toSorted((a, b) => (weights.own[b.position] ?? 0) - (weights.own[a.position] ?? 0));
  const found = new Set(warnOfPlan(context));
  for (const node of heaviestFirst) {
    checks.forEach((check) => {
      const warning = found.size < maxWarnings ? check(node, context) : undefined;
      if (warning !== undefined) {
        found.add(warning);
      }
    });
  }
  return [...found];
}

function warnOfPlan({ plan, sizes }: WarningContext): string[] {
  const { jitMs = 0, executionMs = 0, planningMs = 0 } = plan;
  const warnings = [...warnOfStatistics(plan, sizes)];
  if (jitMs > 20 && jitMs > executionMs * 0.25) {
    warnings.push(`JIT compilation took ${showMs(jitMs)} of ${showMs(executionMs)}: raise jit_above_cost, or set jit = off.`);
  }
  if (planningMs > 50 && planningMs > executionMs) {
    warnings.push(`Planning took longer (${showMs(planningMs)}) than running (${showMs(executionMs)}): many partitions, joins or indexes.`);
  }
  return warnings;
}

function warnOfStatistics({ nodes }: Plan, sizes: TableSizes): string[] {
  const relations = new Map(nodes.flatMap(({ on }) => (on === undefined ? [] : [[sizeKey(on), on] as const])));
  return [...relations]
    .slice(0, 50)
    .flatMap(([key, on]) => {
      const size = sizes.get(key);
      const name = showRelation(on);
      if (size?.rows === undefined) {
        return size === undefined ? [] : [`${name} has no statistics, so that estimates are guesses: ANALYZE ${name}.`];
      }
      return size.changed > Math.max(manyRows, size.rows * 0.5)
        ? [`Statistics of ${name} are old: ${formatCount(size.changed)} rows changed since ANALYZE ${name}.`]
        : [];
    })
    .slice(0, 4);
}

function seqScanWithFilter(node: PlanNode, context: WarningContext): string | undefined {
  const { type, on, actual, expressions } = node;
  if (type !== 'Seq Scan' || on === undefined || expressions.filter === undefined || shareOf(node, context) < smallestShare) {
    return undefined;
  }
  const size = context.sizes.get(sizeKey(on));
  const kept = actual === undefined ? node.rows : actual.rows * actual.loops;
  const read = actual === undefined ? (size?.rows ?? 0) : kept + rowsRemoved(node);
  return read >= manyRows && kept <= read * selective
    ? `${nameNode(node)} reads ${formatCount(read)} rows to keep ${formatCount(kept)}: an index on what its filter compares may help (advise_indexes).`
    : undefined;
}

function indexScanWithFilter(node: PlanNode): string | undefined {
  const { type, actual, counters, expressions } = node;
  const removed = (counters.removedByFilter ?? 0) * (actual?.loops ?? 0);
  const kept = (actual?.rows ?? 0) * (actual?.loops ?? 0);
  return /^(Index|Bitmap Heap)/.test(type) && expressions.filter !== undefined && removed >= manyRows && kept <= removed * selective
    ? `${nameNode(node)} finds ${formatCount(removed + kept)} rows and its filter keeps ${formatCount(kept)}: an index with the filtered columns, too, reads less.`
    : undefined;
}

function joinFilterRemovesMost(node: PlanNode): string | undefined {
  const removed = (node.counters.removedByJoinFilter ?? 0) * (node.actual?.loops ?? 0);
  return removed >= 100_000
    ? `${nameNode(node)} compares and drops ${formatCount(removed)} pairs of rows: join by equality, or index the inner column.`
    : undefined;
}

function spill(node: PlanNode): string | undefined {
  const { sortDiskKb, hashDiskKb } = node.counters;
  const kb = sortDiskKb ?? hashDiskKb;
  return kb === undefined
    ? undefined
    : `${nameNode(node)} wrote ${formatCount(kb)} kB to disk: it needs more work_mem, fewer rows, or narrower ones.`;
}

function hashInBatches(node: PlanNode): string | undefined {
  const { hashBatches = 1 } = node.counters;
  return node.type === 'Hash' && hashBatches > 1
    ? `A hash table did not fit in memory (${String(hashBatches)} batches on disk): it needs more work_mem, or fewer rows on the hashed side.`
    : undefined;
}

function manyLoopsOver(node: PlanNode, { plan, weights, sizes }: WarningContext): string | undefined {
  const above = nodeAt(plan, node.parent);
  const isSubplan = node.relationship === 'SubPlan';
  const isInner = above?.type === 'Nested Loop' && node.relationship === 'Inner';
  if (above === undefined || (!isSubplan && !isInner)) {
    return undefined;
  }
  const other = above.children.find((child) => child !== node.position);
  const loops = node.actual?.loops ?? (isSubplan ? above : nodeAt(plan, other))?.rows ?? 0;
  // An index is made for many loops.
  const enough = node.index === undefined ? manyLoops : 100 * manyLoops;
  const isHeavy = loops >= enough && (node.actual?.totalMs ?? node.cost) * loops >= weights.total * 0.2;
  const isWhole = node.type === 'Seq Scan' && node.on !== undefined && sizes.get(sizeKey(node.on))?.pages !== 0;
  const how = isSubplan ? 'once for each row of what is above it: join it instead' : 'by a nested loop: join fewer rows';
  return isHeavy || (isWhole && loops >= manyLoops)
    ? `${nameNode(node)} is run ${formatCount(loops)} times, ${how}, or index what it compares.`
    : undefined;
}

function heapFetches(node: PlanNode): string | undefined {
  const { heapFetches: fetches = 0 } = node.counters;
  const rows = (node.actual?.rows ?? 0) * (node.actual?.loops ?? 0);
  return fetches >= manyLoops && fetches > rows * 0.1
    ? `${nameNode(node)} looked up ${formatCount(fetches)} rows in the table: VACUUM lets it read the index alone.`
    : undefined;
}

function lossyBitmap(node: PlanNode): string | undefined {
  const { lossyBlocks = 0 } = node.counters;
  return lossyBlocks > manyLoops
    ? `${nameNode(node)} kept ${formatCount(lossyBlocks)} blocks without row numbers for want of work_mem, and checks all their rows.`
    : undefined;
}

function fewerWorkers({ counters: { workersPlanned = 0, workersLaunched } }: PlanNode): string | undefined {
  return workersLaunched !== undefined && workersLaunched < workersPlanned
    ? `${String(workersPlanned)} parallel workers were planned, ${String(workersLaunched)} were free: max_parallel_workers is used up.`
    : undefined;
}

function limitReadsMuch(node: PlanNode, { plan }: WarningContext): string | undefined {
  const below = nodeAt(plan, node.children[0]);
  const read = below?.actual?.rows ?? 0;
  const given = node.actual?.rows ?? 0;
  return node.type === 'Limit' && read >= manyRows && given * 10 <= read
    ? `LIMIT gives ${formatCount(given)} of ${formatCount(read)} rows read: instead of a large OFFSET go on from the last key (WHERE key > ...).`
    : undefined;
}

function shareOf({ position }: PlanNode, { weights: { own, total } }: WarningContext): number {
  return total > 0 ? (own[position] ?? 0) / total : 0;
}

function showMs(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}
