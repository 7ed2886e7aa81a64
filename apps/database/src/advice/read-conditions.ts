import type { SqlParser } from '../sql/parser.ts';
import { isNode, readNames, walkTree, type TreeNode } from '../sql/walk-tree.ts';
import type { Condition, ConditionKind, Conjunction } from './conditions.ts';
import { readText, readKey, type FoundKey } from './read-key.ts';

/** A condition of a plan, and how to read it. */
export interface ConditionText {
  readonly text: string;
  /** Names of subplans in the plan: PostgreSQL writes `(SubPlan 1)` into conditions, which is no SQL. */
  readonly subplans: readonly string[];
}

/** One side of a comparison. */
interface Side {
  readonly found: FoundKey | undefined;
  /** Tables that it refers to. */
  readonly aliases: readonly string[];
  /** When it is a text. */
  readonly constant: string | undefined;
}

const ranges = new Set(['<', '<=', '>', '>=']);
const containing = new Set(['@>', '<@', '&&', '?', '?|', '?&']);

/** Reads the conditions of a plan by PostgreSQL's own parser; what it cannot read has none. */
export async function readConditions(condition: ConditionText, parser: SqlParser): Promise<Conjunction> {
  const parts = splitAnd(await parseExpression(condition, parser));
  return { conditions: parts.flatMap(readPart), parts: parts.length, choices: parts.flatMap(readChoice) };
}

/** Parses an expression of a plan. @returns Its tree, nothing when it is no SQL. */
export async function parseExpression({ text, subplans }: ConditionText, parser: SqlParser): Promise<unknown> {
  const outcome = await parser.parse(`SELECT ${replaceSubplans(text, subplans)}`);
  const [statement, second] = outcome.kind === 'tree' ? outcome.statements : [];
  const target = firstTarget(statement);
  return second === undefined ? target : undefined;
}

/** A subplan becomes a parameter: to an index, it is a value. */
export function replaceSubplans(text: string, subplans: readonly string[]): string {
  return subplans.reduce(
    (rest, name) => rest.replaceAll(`(hashed ${name})`, '($1)').replaceAll(`(rescan ${name})`, '($1)').replaceAll(`(${name})`, '($1)'),
    text,
  );
}

function firstTarget(statement: unknown): unknown {
  const select = isNode(statement) && isNode(statement['stmt']) ? statement['stmt']['SelectStmt'] : undefined;
  const targets: readonly unknown[] = isNode(select) && Array.isArray(select['targetList']) ? select['targetList'] : [];
  const [target] = targets;
  const value = isNode(target) ? target['ResTarget'] : undefined;
  return targets.length === 1 && isNode(value) ? value['val'] : undefined;
}

function splitAnd(expression: unknown): readonly unknown[] {
  const bool = isNode(expression) ? expression['BoolExpr'] : undefined;
  if (expression === undefined) {
    return [];
  }
  return isNode(bool) && bool['boolop'] === 'AND_EXPR' && Array.isArray(bool['args']) ? bool['args'].flatMap(splitAnd) : [expression];
}

function readChoice(part: unknown): readonly (readonly (readonly Condition[])[])[] {
  const bool = isNode(part) ? part['BoolExpr'] : undefined;
  return isNode(bool) && bool['boolop'] === 'OR_EXPR' && Array.isArray(bool['args'])
    ? [bool['args'].map((side) => splitAnd(side).flatMap(readPart))]
    : [];
}

function readPart(part: unknown): readonly Condition[] {
  const [entry] = isNode(part) ? Object.entries(part) : [];
  if (entry === undefined || !isNode(entry[1])) {
    return [];
  }
  const [tag, body] = entry;
  switch (tag) {
    case 'A_Expr':
      return readComparison(body);
    case 'NullTest':
      return readTest(body['arg'], body['nulltesttype'] === 'IS_NULL' ? 'null' : 'notNull');
    case 'BooleanTest':
      return readTest(body['arg'], body['booltesttype'] === 'IS_TRUE' ? 'true' : body['booltesttype'] === 'IS_FALSE' ? 'false' : undefined);
    case 'BoolExpr':
      return body['boolop'] === 'NOT_EXPR' && Array.isArray(body['args']) ? readTest(body['args'][0], 'false') : [];
    case 'ColumnRef':
      return readTest(part, 'true');
    default:
      return [];
  }
}

function readTest(argument: unknown, kind: ConditionKind | undefined): readonly Condition[] {
  const isColumn = isNode(argument) && 'ColumnRef' in argument;
  const found = isColumn ? readKey(argument) : undefined;
  return found === undefined || kind === undefined ? [] : [{ kind, key: found.key, alias: found.alias, others: [], operator: kind }];
}

/** Both sides of a comparison may be keys: `o.customer_id = c.id`. */
function readComparison(body: TreeNode): readonly Condition[] {
  const operator = readNames(body['name']).at(-1) ?? '';
  const isAny = body['kind'] === 'AEXPR_OP_ANY';
  if ((body['kind'] !== 'AEXPR_OP' && !isAny) || body['lexpr'] === undefined) {
    return [];
  }
  const [left, right] = [readSide(body['lexpr']), readSide(body['rexpr'])];
  return [
    ...toCondition(left, right, operator),
    ...(isAny ? [] : toCondition(right, left, operator === '@>' ? '<@' : operator === '<@' ? '@>' : operator)),
  ];
}

function toCondition({ found }: Side, { aliases: others, constant }: Side, operator: string): readonly Condition[] {
  const kind = kindOf(operator, constant);
  return found === undefined || kind === undefined || others.includes(found.alias)
    ? []
    : [{ kind, key: found.key, alias: found.alias, others, operator }];
}

function kindOf(operator: string, constant: string | undefined): ConditionKind | undefined {
  if (operator === '=') {
    return 'equal';
  }
  if (ranges.has(operator)) {
    return 'range';
  }
  if (operator === '~~' || operator === '~~*') {
    return constant === undefined ? undefined : kindOfPattern(constant, operator === '~~');
  }
  return containing.has(operator) ? 'contains' : operator === '@@' ? 'match' : undefined;
}

/** Trigrams need three letters in a row; a prefix needs one. */
function kindOfPattern(pattern: string, isCaseSensitive: boolean): ConditionKind | undefined {
  const fixed = pattern.split(/[%_]/);
  if (isCaseSensitive && (fixed[0] ?? '') !== '') {
    return 'prefix';
  }
  return fixed.some((text) => text.length >= 3) ? 'substring' : undefined;
}

function readSide(node: unknown): Side {
  const aliases = new Set<string>();
  walkTree({ node }, (key, { fields }) => {
    const [alias] = key === 'ColumnRef' ? readNames(fields) : [];
    if (alias !== undefined) {
      aliases.add(alias);
    }
  });
  const found = aliases.size === 1 ? readKey(node) : undefined;
  return { found, aliases: [...aliases], constant: readConstant(node) };
}

function readConstant(node: unknown): string | undefined {
  const cast = isNode(node) ? node['TypeCast'] : undefined;
  const inner = isNode(cast) ? cast['arg'] : node;
  const constant = isNode(inner) ? inner['A_Const'] : undefined;
  return isNode(constant) ? readText(constant) : undefined;
}
