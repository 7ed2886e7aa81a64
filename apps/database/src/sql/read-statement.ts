import { isNode, readNames, walkTree, type TreeNode } from './walk-tree.ts';

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
  /** Functions called, as often as they are. */
  readonly functions: readonly QualifiedName[];
  /** Names after a dot. PostgreSQL reads `x.f` as `f(x)` when `x` has no column `f`. */
  readonly fields: readonly string[];
  readonly relations: readonly QualifiedName[];
}

/** Reads the facts of one parsed statement. */
export function readStatement(raw: unknown): StatementFacts {
  const { tag, body } = unwrap(isNode(raw) ? raw['stmt'] : undefined);
  const explained = tag === 'ExplainStmt' ? unwrap(body['query']) : undefined;
  const select = explained ?? { tag, body };
  return {
    tag,
    ...(explained === undefined ? {} : { explained: explained.tag }),
    analyze: explained !== undefined && hasAnalyze(body),
    ordered: tag !== 'SelectStmt' || Array.isArray(select.body['sortClause']),
    ...collect(isNode(raw) ? raw['stmt'] : undefined, tag),
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

type Collected = Pick<StatementFacts, 'innerStatements' | 'hasInto' | 'hasLocking' | 'functions' | 'fields' | 'relations'>;

function collect(statement: unknown, tag: string): Collected {
  const found = { statements: new Set<string>(), fields: new Set<string>() };
  const functions: QualifiedName[] = [];
  const relations: QualifiedName[] = [];
  let hasInto = false;
  let hasLocking = false;
  walkTree(statement, (key, node) => {
    hasInto ||= key === 'intoClause';
    hasLocking ||= key === 'LockingClause';
    if (key === 'FuncCall') {
      functions.push(readFunction(node));
    } else if (key === 'ColumnRef') {
      addNames(found.fields, readNames(node['fields']).slice(1));
    } else if (key === 'A_Indirection') {
      addNames(found.fields, readNames(node['indirection']));
    } else if (key === 'RangeVar') {
      relations.push(readRelation(node));
    } else if (key.endsWith('Stmt')) {
      found.statements.add(key);
    }
  });
  return {
    innerStatements: [...found.statements].filter((inner) => inner !== 'SelectStmt' && inner !== tag),
    fields: [...found.fields],
    functions,
    relations,
    hasInto,
    hasLocking,
  };
}

function addNames(target: Set<string>, names: readonly (string | undefined)[]): void {
  names.forEach((name) => name !== undefined && target.add(name));
}

function readFunction(node: TreeNode): QualifiedName {
  const names = readNames(node['funcname']);
  const name = names.at(-1) ?? '';
  const schema = names.at(-2);
  return schema === undefined ? { name } : { schema, name };
}

function readRelation(node: TreeNode): QualifiedName {
  const { schemaname: schema, relname } = node;
  return { name: typeof relname === 'string' ? relname : '', ...(typeof schema === 'string' ? { schema } : {}) };
}
