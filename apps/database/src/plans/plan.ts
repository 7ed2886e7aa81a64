/** A plan as PostgreSQL explained it. */
export interface Plan {
  /** In the order of the tree, parents first; the root is the first. */
  readonly nodes: readonly PlanNode[];
  /** Nodes that were left out, since there were too many. */
  readonly leftOut: number;
  /** Only when the statement was run. */
  readonly planningMs?: number;
  readonly executionMs?: number;
  /** Time spent on compiling expressions. */
  readonly jitMs?: number;
}

/** What a scan reads. */
export interface PlanRelation {
  readonly schema?: string;
  readonly relation: string;
}

/** What was measured when the statement was run. */
export interface NodeActuals {
  /** Average of one loop. */
  readonly rows: number;
  /** How often the node was run, by all processes together; 0 when never. */
  readonly loops: number;
  /** Average of one loop, with what is below, in milliseconds. */
  readonly totalMs: number;
}

/** One node of a plan. Numbers that PostgreSQL did not give are absent. */
export interface PlanNode {
  readonly position: number;
  readonly depth: number;
  /** Positions of the nodes below, in order. */
  readonly children: readonly number[];
  readonly parent?: number;
  /** `Seq Scan`, `Hash Join`. */
  readonly type: string;
  /** `Outer`, `Inner`, `InitPlan`, `SubPlan`, `Member`. */
  readonly relationship?: string;
  /** `CTE totals`, `InitPlan 1 (returns $0)`, `SubPlan 2`. */
  readonly subplan?: string;
  readonly cte?: string;
  readonly on?: PlanRelation;
  readonly alias?: string;
  readonly index?: string;
  readonly joinType?: string;
  readonly strategy?: string;
  readonly isParallel: boolean;
  readonly cost: number;
  /** Estimated rows of one loop. */
  readonly rows: number;
  readonly actual?: NodeActuals;
  readonly expressions: NodeExpressions;
  readonly counters: NodeCounters;
}

/** Expressions of a node as PostgreSQL writes them, columns qualified by alias. */
export interface NodeExpressions {
  readonly filter?: string;
  readonly joinFilter?: string;
  readonly indexCond?: string;
  readonly recheckCond?: string;
  readonly hashCond?: string;
  readonly mergeCond?: string;
  readonly sortKey?: readonly string[];
  /** Only of nodes with few columns. */
  readonly output?: readonly string[];
}

/** Numbers of a node beside cost, rows and time. Those of rows are averages of one loop. */
export interface NodeCounters {
  readonly removedByFilter?: number;
  readonly removedByJoinFilter?: number;
  readonly removedByRecheck?: number;
  /** Rows of an index-only scan that were looked up in the table all the same; of all loops. */
  readonly heapFetches?: number;
  /** Kilobytes on disk. */
  readonly sortDiskKb?: number;
  readonly hashDiskKb?: number;
  /** More than one: the hash table did not fit in memory. */
  readonly hashBatches?: number;
  readonly lossyBlocks?: number;
  readonly workersPlanned?: number;
  readonly workersLaunched?: number;
}

/** The node at a position of a plan. */
export function nodeAt(plan: Pick<Plan, 'nodes'>, position: number | undefined): PlanNode | undefined {
  return position === undefined ? undefined : plan.nodes[position];
}
