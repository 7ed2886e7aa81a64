import { isAppError, type AppError } from '@trellis-mcp/errors';
import { explainStatement } from '../plans/explain-statement.ts';
import type { RunOptions, Source } from '../sources/source.ts';
import type { SqlParser } from '../sql/parser.ts';
import type { TableAllowList } from '../sql/table-allow-list.ts';
import { showText } from '../text/show-name.ts';
import { chooseStatements, type Statement } from './choose-statements.ts';
import { findCandidates } from './find-candidates.ts';
import { findWishes } from './find-wishes.ts';
import { isFatal } from './is-fatal.ts';
import { loadExtensions } from './load-extensions.ts';
import { loadTableFacts } from './load-table-facts.ts';
import { measureGains } from './measure-gains.ts';
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
const nothingFound = 'No index that is missing would make these statements much cheaper.';
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
  const candidates = await findCandidates(planned, { facts, notes, extensions, source, isLimited: tables !== undefined });
  const hypopg = extensions.get('hypopg');
  const measured = await measureGains(candidates, planned, { ...context, hypopg, notes, total: chosen.statements.length });
  if (measured.length === 0 && notes.size === 0) {
    notes.add(nothingFound);
  }
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
      if (!isAppError(error) || isFatal(error)) {
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
