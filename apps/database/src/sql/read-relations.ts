import type { QualifiedName } from './read-statement.ts';
import { isNode, type TreeNode } from './walk-tree.ts';

/** Names of WITH queries that a place of a statement sees, the nearest first. */
interface Scope {
  readonly name: string;
  readonly outer: Scope | undefined;
}

interface Place {
  readonly value: unknown;
  readonly scope: Scope | undefined;
}

/**
 * The relations that a statement names, without WITH queries where these are in scope: a WITH query hides a table of its name only in the
 * statement that it belongs to and, without RECURSIVE, in the WITH queries after it. Without recursion: trees are attacker-made.
 */
export function readRelations(statement: unknown): QualifiedName[] {
  const relations: QualifiedName[] = [];
  const open: Place[] = [{ value: statement, scope: undefined }];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { value, scope } = place;
    if (Array.isArray(value)) {
      value.forEach((item) => open.push({ value: item, scope }));
    } else if (isNode(value)) {
      enter(value, scope).forEach((below) => open.push(below));
      const relation = isNode(value['RangeVar']) ? readRelation(value['RangeVar'], scope) : undefined;
      if (relation !== undefined) {
        relations.push(relation);
      }
    }
  }
  return relations;
}

/** What is below a node, with what it sees. */
function enter(node: TreeNode, outer: Scope | undefined): Place[] {
  const { withClause } = node;
  const places: Place[] = [];
  let scope = outer;
  if (isNode(withClause)) {
    const queries = Array.isArray(withClause['ctes']) ? withClause['ctes'] : [];
    const scopes = queries.map((query) => (scope = { name: readCteName(query), outer: scope }));
    const isRecursive = withClause['recursive'] === true;
    queries.forEach((value, index) => places.push({ value, scope: isRecursive ? scope : scopes[index]?.outer }));
  }
  for (const key in node) {
    const value = node[key];
    if (typeof value === 'object' && value !== null && value !== withClause) {
      places.push({ value, scope });
    }
  }
  return places;
}

function readCteName(query: unknown): string {
  const cte = isNode(query) ? query['CommonTableExpr'] : undefined;
  const name = isNode(cte) ? cte['ctename'] : undefined;
  return typeof name === 'string' ? name : '';
}

function readRelation({ schemaname: schema, relname }: TreeNode, scope: Scope | undefined): QualifiedName | undefined {
  const name = typeof relname === 'string' ? relname : '';
  if (typeof schema === 'string') {
    return { schema, name };
  }
  return isInScope(name, scope) ? undefined : { name };
}

function isInScope(name: string, scope: Scope | undefined): boolean {
  for (let at = scope; at !== undefined; at = at.outer) {
    if (at.name === name) {
      return true;
    }
  }
  return false;
}
