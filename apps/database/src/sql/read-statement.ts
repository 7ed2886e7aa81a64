import { meansPresent } from './is-steady.ts';
import { readCalls, type StatementCalls } from './read-calls.ts';
import { readRelations } from './read-relations.ts';
import { isNode, walkTree, type TreeNode } from './walk-tree.ts';

/** A name as written. */
export interface QualifiedName {
  readonly schema?: string;
  readonly name: string;
}

/** What the gate needs to know of one statement. */
export interface StatementFacts {
  /** Node tag of the statement, such as `SelectStmt`. */
  readonly tag: string;
  /** Tag of what an EXPLAIN explains. */
  readonly explained?: string;
  /** Whether EXPLAIN runs the statement. */
  readonly analyze: boolean;
  /** Whether the rows come in an order that the statement states. */
  readonly ordered: boolean;
  /** Statements inside it that are not SELECT, such as an INSERT in a WITH. */
  readonly innerStatements: readonly string[];
  readonly hasInto: boolean;
  readonly hasLocking: boolean;
  /** It asks for the time, the session or a sample by itself, or has a text that may be read as a time of the present. */
  readonly isPassing: boolean;
  readonly calls: StatementCalls;
  /** Tables and views by name; not WITH queries. */
  readonly relations: readonly QualifiedName[];
}

/** Reads the facts of one parsed statement. */
export function readStatement(raw: unknown): StatementFacts {
  const statement = isNode(raw) ? raw['stmt'] : undefined;
  const { tag, body } = unwrap(statement);
  const explained = tag === 'ExplainStmt' ? unwrap(body['query']) : undefined;
  const select = explained ?? { tag, body };
  return {
    tag,
    ...(explained === undefined ? {} : { explained: explained.tag }),
    analyze: explained !== undefined && hasAnalyze(body),
    ordered: tag !== 'SelectStmt' || Array.isArray(select.body['sortClause']),
    ...readShape(statement, tag),
    calls: readCalls(statement),
    relations: readRelations(statement),
  };
}

function unwrap(value: unknown): { tag: string; body: TreeNode } {
  const [entry] = isNode(value) ? Object.entries(value) : [];
  return entry !== undefined && isNode(entry[1]) ? { tag: entry[0], body: entry[1] } : { tag: '', body: {} };
}

function hasAnalyze(explain: TreeNode): boolean {
  const options = Array.isArray(explain['options']) ? explain['options'] : [];
  return options.some((option) => unwrap(option).body['defname'] === 'analyze');
}

/** CURRENT_DATE, CURRENT_USER and the like, and TABLESAMPLE. */
const passingNodes = new Set(['SQLValueFunction', 'RangeTableSample']);

function readShape(statement: unknown, tag: string): Pick<StatementFacts, 'innerStatements' | 'hasInto' | 'hasLocking' | 'isPassing'> {
  const statements = new Set<string>();
  let hasInto = false;
  let hasLocking = false;
  let isPassing = false;
  walkTree(statement, (key, node) => {
    hasInto ||= key === 'intoClause';
    hasLocking ||= key === 'LockingClause';
    isPassing ||= passingNodes.has(key) || (key === 'sval' && meansPresent(String(node['sval'])));
    if (key.endsWith('Stmt')) {
      statements.add(key);
    }
  });
  return { innerStatements: [...statements].filter((inner) => inner !== 'SelectStmt' && inner !== tag), hasInto, hasLocking, isPassing };
}
