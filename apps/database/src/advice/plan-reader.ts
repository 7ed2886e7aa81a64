import { nodeAt, type Plan, type PlanNode } from '../plans/plan.ts';
import { weighNodes } from '../plans/weigh-nodes.ts';
import type { SqlParser } from '../sql/parser.ts';
import type { Condition, Conjunction } from './conditions.ts';
import { readConditions } from './read-conditions.ts';

/** Most conditions of one plan that are parsed: those of a thousand partitions say the same. */
const maxParsed = 200;

const none: Conjunction = { conditions: [], parts: 0, choices: [] };

/** They hand on the rows of one node below. */
const handingOn = new Set([
  'Hash',
  'Sort',
  'Incremental Sort',
  'Materialize',
  'Memoize',
  'Gather',
  'Gather Merge',
  'Append',
  'Merge Append',
]);

const scans = new Set(['Seq Scan', 'Index Scan', 'Index Only Scan', 'Bitmap Heap Scan']);
const joins = new Set(['Hash Join', 'Merge Join', 'Nested Loop']);

/** A plan with questions that advice asks of it. */
export class PlanReader {
  readonly plan: Plan;
  /** Names of subplans as conditions write them. */
  readonly subplans: readonly string[];
  readonly #shares: readonly number[];
  readonly parser: SqlParser;
  readonly #parsed = new Map<string, Promise<Conjunction>>();

  constructor(plan: Plan, parser: SqlParser) {
    const { own, total } = weighNodes(plan);
    this.plan = plan;
    this.parser = parser;
    this.#shares = own.map((weight) => (total > 0 ? weight / total : 0));
    this.subplans = plan.nodes.flatMap(({ subplan }) => (subplan === undefined ? [] : [subplan.split(' (')[0] ?? subplan]));
  }

  /** Part of the cost that a node takes by itself. */
  share({ position }: PlanNode): number {
    return this.#shares[position] ?? 0;
  }

  /** Scans of tables, the heaviest first. */
  get scans(): readonly PlanNode[] {
    return this.plan.nodes.filter(isTableScan).toSorted((a, b) => this.share(b) - this.share(a));
  }

  parent(node: PlanNode): PlanNode | undefined {
    return nodeAt(this.plan, node.parent);
  }

  children(node: PlanNode): readonly PlanNode[] {
    return node.children.flatMap((child) => nodeAt(this.plan, child) ?? []);
  }

  /** The join that a node feeds, and the node on its other side. */
  joinOf(node: PlanNode): { readonly join: PlanNode; readonly partner: PlanNode } | undefined {
    let below = node;
    let above = this.parent(node);
    while (above !== undefined && handingOn.has(above.type)) {
      below = above;
      above = this.parent(above);
    }
    const partner =
      above === undefined ? undefined : this.children(above).find((child) => isInput(child) && child.position !== below.position);
    return above !== undefined && partner !== undefined && joins.has(above.type) && isInput(below) ? { join: above, partner } : undefined;
  }

  /** The nearest of some types below, through joins and what hands rows on. */
  findBelow(node: PlanNode, isWanted: (node: PlanNode) => boolean): PlanNode | undefined {
    const open = [...this.children(node).filter(isInput)];
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      if (isWanted(next)) {
        return next;
      }
      if (handingOn.has(next.type) || joins.has(next.type)) {
        open.push(...this.children(next).filter(isInput));
      }
    }
    return undefined;
  }

  /**
   * Whether an alias in a condition means the table of a scan: partitions of `e` are called `e_1`, `e_2` below it. Output of a plan with one
   * table has none.
   */
  isAliasOf(alias: string, scan: PlanNode): boolean {
    const isPart = this.parent(scan)?.type.endsWith('Append') === true;
    return alias === '' || scan.alias === alias || (isPart && scan.alias?.replace(/_\d+$/, '') === alias);
  }

  /** Whether a LIMIT stops the node. */
  isLimited(node: PlanNode): boolean {
    let above = this.parent(node);
    while (above !== undefined && (above.type.startsWith('Gather') || above.type === 'Result' || above.type === 'LockRows')) {
      above = this.parent(above);
    }
    return above?.type === 'Limit';
  }

  /** Estimated rows of a scan, by all workers together (a leader helps two workers by 40 % of one, four and more not at all). */
  rowsOf(node: PlanNode): number {
    let above = node.isParallel ? this.parent(node) : undefined;
    while (above !== undefined && above.counters.workersPlanned === undefined) {
      above = this.parent(above);
    }
    const workers = above?.counters.workersPlanned ?? 0;
    return workers === 0 ? node.rows : Math.round(node.rows * (workers + Math.max(0, 1 - 0.3 * workers)));
  }

  /** Conditions in an expression of a plan. */
  async read(text: string | undefined): Promise<Conjunction> {
    if (text === undefined || (!this.#parsed.has(text) && this.#parsed.size >= maxParsed)) {
      return none;
    }
    const parsed = this.#parsed.get(text) ?? readConditions({ text, subplans: this.subplans }, this.parser);
    this.#parsed.set(text, parsed);
    return parsed;
  }

  /** Conditions by which a join pairs rows. */
  async readJoin({ expressions: { hashCond, mergeCond, joinFilter } }: PlanNode): Promise<readonly Condition[]> {
    const read = await Promise.all([hashCond, mergeCond, joinFilter].map(async (text) => this.read(text)));
    return read.flatMap(({ conditions }) => conditions).filter(({ kind, others }) => kind === 'equal' && others.length > 0);
  }
}

/** Whether a node reads a table, and not a function or another plan. */
export function isTableScan({ type, on }: PlanNode): boolean {
  return scans.has(type) && on?.schema !== undefined;
}

function isInput({ relationship }: PlanNode): boolean {
  return relationship !== 'InitPlan' && relationship !== 'SubPlan';
}
