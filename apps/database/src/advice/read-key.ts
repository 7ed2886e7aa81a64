import { isNode, readNames, type TreeNode } from '../sql/walk-tree.ts';
import type { CalledFunction, IndexKey, KeyPart } from './index-key.ts';

/** A key and the table that its columns belong to. */
export interface FoundKey {
  readonly key: IndexKey;
  /** Empty in definitions of indexes, which qualify nothing. */
  readonly alias: string;
}

const maxDepth = 12;

/** Operators without effects of settings, on the types that they are written for. */
const safeOperators = new Set(['->', '->>', '#>', '#>>', '||']);
/** Types a cast to which is IMMUTABLE from the constants and columns that plans cast to them. */
const safeTypes = new Set(['text', 'regconfig']);

/** Functions with a grammar of their own, by which a plan writes them, too: as ordinary calls they are quoted. */
const ownGrammar = new Set(['normalize', 'overlay', 'position']);

interface Writing {
  readonly aliases: Set<string>;
  readonly functions: CalledFunction[];
}

/**
 * Reads an expression of a plan as the key of an index: a column, or what functions make of columns of one table.
 *
 * @returns Nothing for what no index can hold, or what is too unusual to be sure.
 */
export function readKey(node: unknown): FoundKey | undefined {
  const writing: Writing = { aliases: new Set(), functions: [] };
  const parts = write(node, writing, 0);
  const [alias] = writing.aliases;
  return parts === undefined || alias === undefined || writing.aliases.size > 1
    ? undefined
    : { key: { parts: join(parts), functions: writing.functions }, alias };
}

function write(node: unknown, writing: Writing, depth: number): KeyPart[] | undefined {
  const [entry] = isNode(node) ? Object.entries(node) : [];
  if (entry === undefined || !isNode(entry[1]) || depth > maxDepth) {
    return undefined;
  }
  const [tag, body] = entry;
  switch (tag) {
    case 'ColumnRef':
      return writeColumn(body, writing);
    case 'A_Const':
      return writeConstant(body);
    case 'TypeCast':
      return writeCast(body, writing, depth);
    case 'FuncCall':
      return writeCall(body, writing, depth);
    case 'CoalesceExpr':
      return wrap(writeList(body['args'], writing, depth), 'COALESCE(', ')');
    case 'A_Expr':
      return writeOperator(body, writing, depth);
    default:
      return undefined;
  }
}

/** Columns of plans are qualified by alias; those of indexes are not. */
function writeColumn(body: TreeNode, { aliases }: Writing): KeyPart[] | undefined {
  const names = readNames(body['fields']);
  const column = names.at(-1);
  if (names.length > 2 || column === undefined) {
    return undefined;
  }
  aliases.add(names.length === 2 ? (names[0] ?? '') : '');
  return [{ column }];
}

function writeConstant(body: TreeNode): KeyPart[] | undefined {
  const text = readText(body);
  const number = isNode(body['ival']) ? (body['ival']['ival'] ?? 0) : undefined;
  if (text !== undefined) {
    return text.includes('\\') ? undefined : [`'${text.replaceAll("'", "''")}'`];
  }
  return typeof number === 'number' ? [String(number)] : undefined;
}

function writeCast(body: TreeNode, writing: Writing, depth: number): KeyPart[] | undefined {
  const type = typeName(body) ?? '';
  const isConstant = isNode(body['arg']) && 'A_Const' in body['arg'];
  if (isConstant && safeTypes.has(type)) {
    return wrap(write(body['arg'], writing, depth + 1), '', `::${type}`);
  }
  return safeTypes.has(type) ? wrap(write(body['arg'], writing, depth + 1), '(', `)::${type}`) : undefined;
}

function writeCall(body: TreeNode, writing: Writing, depth: number): KeyPart[] | undefined {
  const names = readNames(body['funcname']);
  const name = names.at(-1);
  const isPlain = name !== undefined && /^[a-z_][a-z0-9_]*$/.test(name) && (names.length === 1 || names[0] === 'pg_catalog');
  const isSimple = body['agg_distinct'] === undefined && body['over'] === undefined && body['agg_order'] === undefined;
  if (!isPlain || !isSimple) {
    return undefined;
  }
  writing.functions.push({ name, arguments: Array.isArray(body['args']) ? body['args'].length : 0 });
  return wrap(writeList(body['args'], writing, depth), ownGrammar.has(name) ? `"${name}"(` : `${name}(`, ')');
}

function writeOperator(body: TreeNode, writing: Writing, depth: number): KeyPart[] | undefined {
  const [operator = ''] = readNames(body['name']);
  const left = write(body['lexpr'], writing, depth + 1);
  const right = write(body['rexpr'], writing, depth + 1);
  return left === undefined || right === undefined || !safeOperators.has(operator)
    ? undefined
    : ['(', ...left, ` ${operator} `, ...right, ')'];
}

function writeList(list: unknown, writing: Writing, depth: number): KeyPart[] | undefined {
  const items = Array.isArray(list) ? list.map((item) => write(item, writing, depth + 1)) : [];
  return items.length === 0 || items.some((item) => item === undefined)
    ? undefined
    : items.flatMap((item, index) => (index === 0 ? (item ?? []) : [', ', ...(item ?? [])]));
}

function wrap(parts: KeyPart[] | undefined, before: string, after: string): KeyPart[] | undefined {
  return parts === undefined ? undefined : [before, ...parts, after];
}

/** Joins neighbouring texts, so that equal keys have equal parts. */
function join(parts: readonly KeyPart[]): KeyPart[] {
  const joined: KeyPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (typeof part === 'string' && typeof last === 'string') {
      joined[joined.length - 1] = `${last}${part}`;
    } else {
      joined.push(part);
    }
  }
  return joined;
}

/** Last name of the type of a cast, nothing for arrays. */
function typeName(cast: TreeNode): string | undefined {
  const type = cast['typeName'];
  return isNode(type) && type['arrayBounds'] === undefined ? readNames(type['names']).at(-1) : undefined;
}

/** The text of an `A_Const` that is one. */
export function readText(constant: TreeNode): string | undefined {
  const text = isNode(constant['sval']) ? (constant['sval']['sval'] ?? '') : undefined;
  return typeof text === 'string' ? text : undefined;
}
