import { isAppError, type AppError } from '@trellis-mcp/errors';
import { explainStatement } from '../plans/explain-statement.ts';
import { sizeKey } from '../plans/load-table-sizes.ts';
import { showNumber, showText } from '../plans/show-name.ts';
import type { RunOptions, Source } from '../sources/source.ts';
import type { SqlParser } from '../sql/parser.ts';
import type { TableAllowList } from '../sql/table-allow-list.ts';
import { buildCandidates, noteOfSize } from './build-candidates.ts';
import { isCoveredBy, renderCandidate, type Candidate } from './candidate.ts';
import { chooseStatements, type Statement } from './choose-statements.ts';
import { findWishes } from './find-wishes.ts';
import { loadExtensions, type Extensions } from './load-extensions.ts';
import { loadImmutable } from './load-immutable.ts';
import { isUserTable, loadTableFacts, type FactsByTable } from './load-table-facts.ts';
import { measureGains } from './measure-gains.ts';
import { mergeCandidates } from './merge-candidates.ts';
import type { Wish } from './wish.ts';
import { writeAdvice, type Advice } from './write-advice.ts';

/** What advice is made from. */
export interface AdviceContext {
  readonly source: Pick<Source, 'gate' | 'loadCatalog' | 'runScript'>;
  readonly parser: SqlParser;
  /** Tables that callers may know of; all without. */
  readonly tables: TableAllowList | undefined;
  /** For each plan. */
  readonly options: RunOptions;
  /** Called for each step. */
  readonly progress: (done: number, total: number, message: string) => void;
}

/** What a caller is told. */
export interface AdviceReport {
  readonly advice: readonly Advice[];
  /** What could not be judged, and why indexes that one may expect are missing. */
  readonly notes: readonly string[];
}

/** A statement, its cost today, and what its plan would profit from. */
export interface PlannedStatement extends Statement {
  readonly cost: number;
  readonly wishes: readonly Wish[];
}

const unplanned = 'Some statements of pg_stat_statements cannot be planned without their constants: pass them in queries.';
/** A node that takes less of the cost of its statement is not worth a note. */
const telling = 0.2;
const maxAdvice = 10;
const maxNotes = 20;
const maxNote = 400;

/**
 * Finds indexes that would make statements cheaper. Runs nothing but EXPLAIN and creates nothing.
 *
 * @throws AppError of the first statement when none can be planned, and those of `chooseStatements`.
 */
export async function adviseIndexes(queries: readonly string[], context: AdviceContext): Promise<AdviceReport> {
  const { source, parser, tables } = context;
  const extensions = await loadExtensions(source);
  const chosen = await chooseStatements(queries, { source, parser, extensions });
  const notes = new Set(chosen.notes);
  const planned = await planAll(chosen.statements, notes, context);
  const facts = await loadTableFacts(
    planned.flatMap(({ wishes }) => wishes.map(({ table }) => table)),
    { source, parser, tables },
  );
  const candidates = await findCandidates(planned, { facts, notes, extensions, source });
  const hypopg = extensions.get('hypopg');
  const measured = await measureGains(candidates, planned, { ...context, hypopg, notes, total: chosen.statements.length });
  return {
    advice: measured.slice(0, maxAdvice).map((candidate) => writeAdvice(candidate, planned, hypopg !== undefined)),
    notes: [...notes].slice(0, maxNotes).map((note) => showText(note, maxNote)),
  };
}

async function planAll(statements: readonly Statement[], notes: Set<string>, context: AdviceContext): Promise<readonly PlannedStatement[]> {
  const { source, parser, options, progress } = context;
  const planned: PlannedStatement[] = [];
  let failure: AppError | undefined;
  for (const [index, statement] of statements.entries()) {
    progress(index, statements.length * 2, `Planning ${showText(statement.name, 60)}`);
    try {
      const { plan } = await explainStatement(source, statement, options);
      planned.push({ ...statement, cost: plan.nodes[0]?.cost ?? 0, wishes: await findWishes(plan, parser) });
    } catch (error) {
      if (!isAppError(error) || error.code === 'CANCELLED' || error.code === 'UPSTREAM') {
        throw error;
      }
      failure ??= error;
      notes.add(statement.isGiven ? `${statement.name}: ${error.message}` : unplanned);
    }
  }
  if (planned.length === 0 && failure !== undefined && statements.every(({ isGiven }) => isGiven)) {
    throw failure;
  }
  return planned;
}

interface Search {
  readonly facts: FactsByTable;
  readonly notes: Set<string>;
  readonly extensions: Extensions;
  readonly source: AdviceContext['source'];
}

async function findCandidates(planned: readonly PlannedStatement[], search: Search): Promise<readonly Candidate[]> {
  const { facts, notes, extensions, source } = search;
  const keys = planned.flatMap(({ wishes }) => wishes.flatMap(({ conditions, sort }) => [...conditions, ...sort].map(({ key }) => key)));
  const isImmutable = await loadImmutable(keys, source);
  // The planner itself says no to what is not selective; without it, the bar is higher.
  const maxSelectivity = extensions.has('hypopg') ? 0.5 : 0.1;
  const found = planned.flatMap(({ wishes }, statement) =>
    wishes.flatMap((wish) => {
      const table = facts.get(sizeKey(wish.table));
      const reason = table === undefined ? undefined : noteOfSize(table);
      if (table === undefined || reason !== undefined) {
        noteUnjudged(wish, reason, notes);
        return [];
      }
      const built = buildCandidates(wish, statement, { table, extensions, isImmutable, maxSelectivity });
      if (built.length === 0 && wish.why === 'filter' && wish.share >= telling) {
        notes.add(
          `${wish.node}: no index helps with ${wish.filter ?? 'what it does'} (keeps about ${showNumber(wish.rows)} of ${showNumber(table.rows ?? 0)} rows).`,
        );
      }
      return built.filter((candidate) => !noteCovered(candidate, notes));
    }),
  );
  return mergeCandidates(found).filter((candidate) => !noteCovered(candidate, notes));
}

function noteUnjudged({ table, node }: Wish, reason: string | undefined, notes: Set<string>): void {
  if (reason !== undefined) {
    notes.add(reason);
  } else if (isUserTable(table)) {
    notes.add(`${node}: not a table that can be judged here.`);
  }
}

/** @returns Whether an index that is there, also a broken one, makes a candidate superfluous. */
function noteCovered(candidate: Candidate, notes: Set<string>): boolean {
  const existing = candidate.table.indexes.filter((index) => isCoveredBy(candidate, index));
  const valid = existing.find(({ isValid }) => isValid);
  const [broken] = existing;
  if (valid !== undefined && candidate.demands.some(({ wish }) => wish.share >= telling)) {
    notes.add(`${valid.name} is there already and does what "${renderCandidate(candidate)}" would do; the planner chose another way.`);
  } else if (valid === undefined && broken !== undefined) {
    notes.add(`${broken.name} would help but is invalid, as after a failed build: REINDEX INDEX CONCURRENTLY ${broken.name}.`);
  }
  return broken !== undefined;
}
