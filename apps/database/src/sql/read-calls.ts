import type { QualifiedName } from './read-statement.ts';
import { readNames, walkTree, type TreeNode } from './walk-tree.ts';

/** Everything in a statement by which it can call a function. */
export interface StatementCalls {
  /** Functions called, as often as they are. */
  readonly functions: readonly QualifiedName[];
  /** Functions that an older server calls where a newer one has syntax. */
  readonly syntax: readonly string[];
  /** Names after a dot. PostgreSQL reads `x.f` as `f(x)` when `x` has no column `f`. */
  readonly fields: readonly string[];
  /** Operators by name. */
  readonly operators: readonly string[];
  /** Types that something is cast to. */
  readonly types: readonly string[];
}

/** Syntax of newer servers that is the call of a function to an older one, which has no such keyword. */
const callsOfOlderServers: ReadonlyMap<string, string> = new Map([
  ['JSON_EXISTS_OP', 'json_exists'],
  ['JSON_QUERY_OP', 'json_query'],
  ['JSON_VALUE_OP', 'json_value'],
  ['JsonTable', 'json_table'],
  ['JsonScalarExpr', 'json_scalar'],
  ['JsonSerializeExpr', 'json_serialize'],
  ['JsonParseExpr', 'json'],
  ['JsonObjectConstructor', 'json_object'],
  ['JsonArrayConstructor', 'json_array'],
  ['JsonArrayQueryConstructor', 'json_array'],
  ['JsonObjectAgg', 'json_objectagg'],
  ['JsonArrayAgg', 'json_arrayagg'],
  ['MergeSupportFunc', 'merge_action'],
]);

/** Reads what a statement calls. */
export function readCalls(statement: unknown): StatementCalls {
  const functions: QualifiedName[] = [];
  const syntax = new Set<string>();
  const fields = new Set<string>();
  const operators = new Set<string>();
  const types = new Set<string>();
  walkTree(statement, (key, node) => {
    const older = callsOfOlderServers.get(key === 'JsonFuncExpr' ? String(node['op']) : key);
    if (key === 'FuncCall') {
      functions.push(readFunction(node));
    } else if (older !== undefined) {
      syntax.add(older);
    } else if (key === 'ColumnRef') {
      add(fields, readNames(node['fields']).slice(1));
    } else if (key === 'A_Indirection') {
      add(fields, readNames(node['indirection']));
    } else if (key === 'typeName' || key === 'TypeName') {
      add(types, readNames(node['names']).slice(-1));
    }
    for (const names of [key === 'A_Expr' ? node['name'] : undefined, node['operName'], node['useOp']]) {
      if (names !== undefined) {
        add(operators, readNames(names).slice(-1));
      }
    }
  });
  return { functions, syntax: [...syntax], fields: [...fields], operators: [...operators], types: [...types] };
}

function add(target: Set<string>, names: readonly (string | undefined)[]): void {
  names.forEach((name) => name !== undefined && target.add(name));
}

function readFunction(node: TreeNode): QualifiedName {
  const names = readNames(node['funcname']);
  const name = names.at(-1) ?? '';
  const schema = names.at(-2);
  return schema === undefined ? { name } : { schema, name };
}
