import { LRUCache } from 'lru-cache';
import type { FunctionCatalog, FunctionPolicy } from './function-policy.ts';
import { judgeFunctions, judgeShape } from './judge-statement.ts';
import type { SqlParser } from './parser.ts';
import { readStatement, type StatementFacts } from './read-statement.ts';
import { refuse, type Refusal, type Verdict } from './verdict.ts';

/** Longest statement, in bytes of UTF-8. */
export const maxSqlBytes = 65_536;

/** Judges statements before a database sees them. */
export interface SqlGate {
  /** Never throws for what the text holds; rejects when the catalogue cannot be read. Verdicts are cached by text. */
  check(sql: string): Promise<Verdict>;
}

/** Options of {@link createGate}. */
export interface GateOptions {
  readonly parser: SqlParser;
  /** Functions of the database; asked only for a statement that is fine otherwise. */
  readonly loadFunctions: () => Promise<FunctionCatalog>;
  /** Function names that are never refused. Default: none. */
  readonly allowFunctions?: readonly string[];
}

/** One statement, read-only by its shape, calling nothing that acts: one layer of several, and on the embedded engine a load-bearing one. */
export function createGate({ parser, loadFunctions, allowFunctions = [] }: GateOptions): SqlGate {
  const allowed = new Set(allowFunctions);
  const verdicts = new LRUCache<string, Verdict>({ max: 500, maxSize: 4_000_000, sizeCalculation: (_verdict, sql) => sql.length + 200 });
  return {
    async check(sql) {
      const known = verdicts.get(sql);
      if (known !== undefined) {
        return known;
      }
      const verdict = await judge(sql, parser, async () => ({ catalog: await loadFunctions(), allowed }));
      verdicts.set(sql, verdict);
      return verdict;
    },
  };
}

async function judge(sql: string, parser: SqlParser, loadPolicy: () => Promise<FunctionPolicy>): Promise<Verdict> {
  const facts = refuseText(sql) ?? (await readFacts(sql, parser));
  if ('ok' in facts) {
    return facts;
  }
  const callsNothing = facts.functions.length === 0 && facts.fields.length === 0;
  const refusal = judgeShape(facts) ?? (callsNothing ? undefined : judgeFunctions(facts, await loadPolicy()));
  return refusal ?? { ok: true, statement: { kind: facts.tag === 'SelectStmt' ? 'rows' : 'report', ordered: facts.ordered } };
}

/** What a parser must not see: it stops reading at a NUL, and cannot encode half a surrogate pair. */
function refuseText(sql: string): Refusal | undefined {
  const bytes = sql.length > maxSqlBytes ? sql.length : Buffer.byteLength(sql);
  if (bytes > maxSqlBytes) {
    return refuse('too-long', `The statement is longer than ${String(maxSqlBytes)} bytes.`, 'Shorten it, or pass long values in params.');
  }
  return sql.includes('\0') || !sql.isWellFormed()
    ? refuse('not-text', 'The statement holds a NUL character or half of a surrogate pair.', 'Send plain Unicode text.')
    : undefined;
}

async function readFacts(sql: string, parser: SqlParser): Promise<StatementFacts | Refusal> {
  const outcome = await parser.parse(sql);
  if (outcome.kind === 'trap') {
    return refuse('nesting', 'The statement is nested too deeply to be checked.', 'Use fewer levels, an IN list, or params.');
  }
  if (outcome.kind === 'syntax') {
    const refusal = refuse('syntax', `${outcome.message}.`, 'Correct the SQL; this is PostgreSQL syntax.');
    return outcome.position > 0 ? { ...refusal, position: outcome.position } : refusal;
  }
  const [statement, second] = outcome.statements;
  if (statement === undefined) {
    return refuse('empty', 'There is no statement.', 'Send one SELECT.');
  }
  return second === undefined
    ? readStatement(statement)
    : refuse('many-statements', 'There is more than one statement.', 'Send one statement per call, without a semicolon in between.');
}
