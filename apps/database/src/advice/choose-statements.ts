import { AppError } from '@trellis-mcp/errors';
import { countParameters } from '../plans/count-parameters.ts';
import { requireAccepted } from '../query-page/require-accepted.ts';
import type { Source } from '../sources/source.ts';
import type { SqlParser } from '../sql/parser.ts';
import { readRelations } from '../sql/read-relations.ts';
import type { QualifiedName } from '../sql/read-statement.ts';
import { showText } from '../text/show-name.ts';
import type { Extensions } from './load-extensions.ts';
import { loadTopStatements } from './load-top-statements.ts';

/** A statement to find indexes for; the gate has accepted it. */
export interface Statement {
  /** How evidence calls it: `query 1`, or what pg_stat_statements says of it. */
  readonly name: string;
  readonly sql: string;
  readonly parameters: number;
  /** How much it counts beside others. */
  readonly weight: number;
  /** By the caller, who is told when it cannot be planned. */
  readonly isGiven: boolean;
}

/** Statements, and why others are not among them. */
export interface ChosenStatements {
  readonly statements: readonly Statement[];
  readonly notes: readonly string[];
}

/** What {@link chooseStatements} needs. */
export interface ChoiceContext {
  readonly source: Pick<Source, 'gate' | 'loadCatalog'>;
  readonly parser: SqlParser;
  readonly extensions: Extensions;
}

/** Most statements that are looked at. */
const maxStatements = 20;

/**
 * Takes the statements given, or the dearest SELECTs that the database remembers.
 *
 * @throws AppError of the first statement when the gate refuses all that are given, `NOT_FOUND` when there is nothing to choose from.
 */
export async function chooseStatements(queries: readonly string[], context: ChoiceContext): Promise<ChosenStatements> {
  return queries.length === 0 ? chooseTop(context) : chooseGiven(queries, context);
}

async function chooseGiven(queries: readonly string[], context: ChoiceContext): Promise<ChosenStatements> {
  const statements: Statement[] = [];
  const errors: AppError[] = [];
  for (const [index, sql] of queries.entries()) {
    const name = `query ${String(index + 1)}`;
    try {
      statements.push(await accept({ name, sql, weight: 1, isGiven: true }, context));
    } catch (error) {
      if (!(error instanceof AppError)) {
        throw error;
      }
      errors.push(new AppError(error.code, `${name}: ${error.message}`, error.hint === undefined ? {} : { hint: error.hint }));
    }
  }
  const [first] = errors;
  if (statements.length === 0 && first !== undefined) {
    throw first;
  }
  return { statements, notes: errors.map(({ message }) => message) };
}

/** Statements of others: what the gate refuses, what only reads system tables, and what is no SQL once its constants are gone is passed over. */
async function chooseTop(context: ChoiceContext): Promise<ChosenStatements> {
  const statements: Statement[] = [];
  let passedOver = 0;
  for (const { sql, calls, totalMs } of await loadTopStatements(context.source, context.extensions)) {
    if (statements.length === maxStatements) {
      break;
    }
    const name = `${String(calls)} calls, ${String(Math.round(totalMs))} ms in all: ${showText(sql.trim(), 120)}`;
    const accepted = await tryAccept({ name, sql, weight: calls, isGiven: false }, context);
    if (accepted === undefined) {
      passedOver += 1;
    } else {
      statements.push(accepted);
    }
  }
  const note = `${String(passedOver)} statements of pg_stat_statements were passed over: not SELECT, not readable here, or on system tables only.`;
  return { statements, notes: passedOver === 0 ? [] : [note] };
}

async function accept(statement: Omit<Statement, 'parameters'>, { source, parser }: ChoiceContext): Promise<Statement> {
  const { kind } = requireAccepted(await source.gate.check(statement.sql));
  if (kind === 'report') {
    throw new AppError('INVALID_INPUT', 'EXPLAIN and SHOW have no plan.', { hint: 'Send SELECTs, without EXPLAIN.' });
  }
  return { ...statement, parameters: await countParameters(statement.sql, parser) };
}

async function tryAccept(statement: Omit<Statement, 'parameters'>, context: ChoiceContext): Promise<Statement | undefined> {
  if (!(await readsTables(statement.sql, context.parser))) {
    return undefined;
  }
  try {
    return await accept(statement, context);
  } catch (error) {
    if (error instanceof AppError && (error.code === 'INVALID_INPUT' || error.code === 'DENIED')) {
      return undefined;
    }
    throw error;
  }
}

/** Whether a statement names a relation outside of the system schemas. */
async function readsTables(sql: string, parser: SqlParser): Promise<boolean> {
  if (sql.includes('\0') || !sql.isWellFormed()) {
    return false;
  }
  const outcome = await parser.parse(sql);
  return readRelations(outcome.kind === 'tree' ? outcome.statements : []).some((relation) => !isSystem(relation));
}

function isSystem({ schema, name }: QualifiedName): boolean {
  return schema === 'pg_catalog' || schema === 'information_schema' || (schema === undefined && name.startsWith('pg_'));
}
