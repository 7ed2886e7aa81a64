import { LRUCache } from 'lru-cache';
import type { FunctionAllowList } from './function-allow-list.ts';
import { readFunctionAllowList } from './function-allow-list.ts';
import type { FunctionCatalog, RelationTraits } from './function-catalog.ts';
import { isSteady, type Grounds } from './is-steady.ts';
import { judgeCalls, judgeFound, judgeShape, type FoundRelation } from './judge-statement.ts';
import type { SqlParser } from './parser.ts';
import { readStatement, type QualifiedName, type StatementFacts } from './read-statement.ts';
import type { TableAllowList } from './table-allow-list.ts';
import { shapeOf } from './shape-of.ts';
import { refuse, type Refusal, type Verdict } from './verdict.ts';

/** Longest statement, in bytes of UTF-8. */
export const maxSqlBytes = 65_536;

/** Judges statements before a database sees them. */
export interface SqlGate {
  /** Never throws for what the text holds; rejects when the catalogue cannot be read. What is accepted is known by its shape, see {@link shapeOf}. */
  check(sql: string): Promise<Verdict>;
}

/** Options of {@link createGate}. */
export interface GateOptions {
  readonly parser: SqlParser;
  /** What the database has to call; asked only for a statement that is fine otherwise. Another object when it changed: verdicts are judged anew. */
  readonly loadFunctions: () => Promise<FunctionCatalog>;
  /** The same when it is at hand: judged by it before, a statement waits for nothing. Default: it never is. */
  readonly knownFunctions?: () => FunctionCatalog | undefined;
  /** The same for a statement that calls a function unknown to it, which may be newer. May give what it gave before. Default: `loadFunctions`. */
  readonly refreshFunctions?: () => Promise<FunctionCatalog>;
  /** What relations are and call, one for each name, nothing for a name that is none. Default: nothing is known, which a list of tables refuses. */
  readonly loadRelations?: (names: readonly QualifiedName[]) => Promise<readonly (RelationTraits | undefined)[]>;
  /** Functions that are never refused: `name`, `schema.name`, `st_*`. Default: none. */
  readonly allowFunctions?: readonly string[];
  /** The only relations that may be read; the system's are then refused. Default: all. */
  readonly allowTables?: TableAllowList | undefined;
}

/** One statement, read-only by its shape, calling nothing that acts: one layer of several, and on the embedded engine a load-bearing one. */
export function createGate({ allowFunctions = [], ...options }: GateOptions): SqlGate {
  return new CachingGate(options, readFunctionAllowList(allowFunctions));
}

interface Judged {
  readonly verdict: Verdict;
  /** By which it was judged; nothing when the text alone decided. */
  readonly catalog?: FunctionCatalog;
  /** It calls or reads what nobody knows, which somebody may make at any time: the next time it is judged anew. */
  readonly isPassing?: boolean;
}

class CachingGate implements SqlGate {
  readonly #options: Omit<GateOptions, 'allowFunctions'>;
  readonly #allowed: FunctionAllowList;
  /** Of what was accepted: a refusal may name the place of a mistake. */
  readonly #accepted = new LRUCache<string, Judged>({
    max: 500,
    maxSize: 4_000_000,
    sizeCalculation: (_judged, shape) => shape.length + 200,
  });

  constructor(options: Omit<GateOptions, 'allowFunctions'>, allowed: FunctionAllowList) {
    this.#options = options;
    this.#allowed = allowed;
  }

  async check(sql: string): Promise<Verdict> {
    const shape = sql.length > maxSqlBytes ? sql : (shapeOf(sql) ?? sql);
    const known = this.#accepted.get(shape);
    if (known !== undefined) {
      const catalog = known.catalog === undefined ? undefined : this.#findCatalog();
      if (known.catalog === (catalog instanceof Promise ? await catalog : catalog)) {
        return known.verdict;
      }
    }
    const judged = await this.#judge(sql);
    if (judged.verdict.ok && !judged.isPassing) {
      this.#accepted.set(shape, judged);
    }
    return judged.verdict;
  }

  #findCatalog(): FunctionCatalog | Promise<FunctionCatalog> {
    const { knownFunctions, loadFunctions } = this.#options;
    return knownFunctions?.() ?? loadFunctions();
  }

  async #judge(sql: string): Promise<Judged> {
    const facts = refuseText(sql) ?? (await readFacts(sql, this.#options.parser));
    if ('ok' in facts) {
      return { verdict: facts };
    }
    const refusal = judgeShape(facts);
    if (refusal !== undefined) {
      return { verdict: refusal };
    }
    if (!needsCatalog(facts)) {
      return { verdict: accept(facts, { found: [] }) };
    }
    const catalog = await this.#loadCatalog(facts);
    const policy = { catalog, allowed: this.#allowed };
    const refused = judgeCalls(facts.calls, policy);
    if (refused !== undefined) {
      return { catalog, verdict: refused };
    }
    const found = await this.#findRelations(facts);
    return {
      catalog,
      verdict: judgeFound(found, this.#options.allowTables, policy) ?? accept(facts, { catalog, found }),
      isPassing: !knowsCalls(catalog, facts) || found.some(({ traits }) => traits === undefined),
    };
  }

  async #findRelations({ relations }: StatementFacts): Promise<readonly FoundRelation[]> {
    const { loadRelations } = this.#options;
    const traits = relations.length === 0 || loadRelations === undefined ? [] : await loadRelations(relations);
    return relations.map((written, index) => ({ written, traits: traits[index] }));
  }

  async #loadCatalog(facts: StatementFacts): Promise<FunctionCatalog> {
    const { loadFunctions, refreshFunctions = loadFunctions } = this.#options;
    const catalog = await loadFunctions();
    return knowsCalls(catalog, facts) ? catalog : refreshFunctions();
  }
}

function accept(facts: StatementFacts, grounds: Grounds): Verdict {
  const kind = facts.tag === 'SelectStmt' ? 'rows' : 'report';
  return { ok: true, statement: { kind, ordered: facts.ordered, steady: isSteady(facts, grounds) } };
}

function knowsCalls({ functions, types }: FunctionCatalog, { calls }: StatementFacts): boolean {
  return calls.functions.every(({ name }: QualifiedName) => functions.has(name) || types.has(name));
}

function needsCatalog({ calls, relations }: StatementFacts): boolean {
  return relations.length > 0 || Object.values(calls).some((names: readonly unknown[]) => names.length > 0);
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
