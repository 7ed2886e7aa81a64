import { formatCount } from '../text/format.ts';
import type { BuildContext } from './build-context.ts';
import { buildSpecials } from './build-specials.ts';
import type { Candidate, CandidateKey, Demand, Predicate } from './candidate.ts';
import type { Condition } from './conditions.ts';
import { columnOf, columnsOf, keyId, type IndexKey } from './index-key.ts';
import { estimateSelectivity } from './selectivity.ts';
import type { ColumnFacts, TableFacts } from './table-facts.ts';
import type { Wish } from './wish.ts';

/** Smaller tables are read whole, index or not. */
const smallTable = { rows: 1_000, pages: 64 } as const;

const maxEquals = 3;
const maxTail = 3;
/** A condition that keeps more is no reason for another column. */
const coarse = 0.25;
/** Rows so few that more columns would not help. */
const fewRows = 5;

/** Builds the indexes that would grant a wish; none when it is not worth one. */
export function buildCandidates(wish: Wish, statement: number, context: BuildContext): readonly Candidate[] {
  const conditions = wish.conditions.flatMap((condition) => usable(condition, context));
  const sort = wish.sort.flatMap((key) =>
    usableKey(key.key, context) === undefined ? [] : [{ ...key, key: usableKey(key.key, context) ?? key.key }],
  );
  const demand = describeDemand({ ...wish, conditions }, statement, context);
  const known = { ...wish, conditions, sort };
  return [...buildTree(known, demand, context), ...buildSpecials(known, demand, context)];
}

/** Types of which an index serves what is compared as text. */
const texts = new Set(['text', 'varchar']);

/** Keys of the table's own columns, by IMMUTABLE functions; text casts that change nothing left out. */
function usableKey(key: IndexKey, { table, isImmutable }: BuildContext): IndexKey | undefined {
  const columns = columnsOf(key).map((name) => table.columns.get(name));
  const isKnown = columns.every((column) => column !== undefined) && isImmutable(key);
  const [open, column, close, more] = key.parts;
  const isTextCast = open === '(' && typeof column === 'object' && close === ')::text' && more === undefined;
  const isText = columns.every((found) => found?.category === 'S');
  const holdsCast = key.parts.some((part) => typeof part === 'string' && part.includes(')::text'));
  if (!isKnown || (holdsCast && !isText && !holdsJson(columns))) {
    return undefined;
  }
  return isTextCast && columns.every((found) => texts.has(found.type)) ? { parts: [column], functions: [] } : key;
}

function holdsJson(columns: readonly (ColumnFacts | undefined)[]): boolean {
  return columns.every((column) => column?.type === 'jsonb' || column?.type === 'json');
}

function usable(condition: Condition, context: BuildContext): readonly Condition[] {
  const key = usableKey(condition.key, context);
  return key === undefined ? [] : [{ ...condition, key }];
}

function buildTree(wish: Wish, demand: Demand, context: BuildContext): readonly Candidate[] {
  const { table } = context;
  const rows = table.rows ?? 0;
  const equals = chooseEquals(wish, table);
  const kept = equals.reduce((product, condition) => product * estimateSelectivity(condition, table), 1);
  const tail = kept * rows <= fewRows && wish.sort.length === 0 && equals.length > 0 ? [] : chooseTail(wish, equals, table);
  const where = choosePredicate(wish, table);
  const keys = equals.map(({ key }) => ({ key, suffix: '' }));
  const [first] = [...keys, ...tail];
  const candidate: Candidate = {
    table,
    method: 'btree',
    equals: first === undefined && where !== undefined ? [{ key: where.key, suffix: '' }] : keys,
    tail,
    ...(where === undefined ? {} : { where }),
    demands: [demand],
  };
  const isEmpty = first === undefined && where === undefined;
  return isEmpty || !isWorthIt({ wish, equals, candidate, demand }, context) ? [] : [candidate];
}

/** The most selective first; as many as still take rows away. */
function chooseEquals({ conditions }: Wish, table: TableFacts): readonly Condition[] {
  const chosen: Condition[] = [];
  let rows = table.rows ?? Number.POSITIVE_INFINITY;
  const byKey = new Map(conditions.filter(({ kind }) => kind === 'equal').map((condition) => [keyId(condition.key), condition]));
  const ordered = [...byKey.values()].toSorted((a, b) => estimateSelectivity(a, table) - estimateSelectivity(b, table));
  for (const condition of ordered) {
    const selectivity = estimateSelectivity(condition, table);
    if (chosen.length === maxEquals || (rows <= fewRows && chosen.length > 0) || (selectivity > coarse && chosen.length > 0)) {
      break;
    }
    chosen.push(condition);
    rows *= selectivity;
  }
  return chosen;
}

function chooseTail({ conditions, sort }: Wish, equals: readonly Condition[], table: TableFacts): readonly CandidateKey[] {
  const fixed = new Set(equals.map(({ key }) => keyId(key)));
  if (sort.length > 0) {
    const keys = sort.filter(({ key }) => !fixed.has(keyId(key))).slice(0, maxTail);
    // Read backwards, an ascending index is a descending one.
    const isOneWay = keys.every(({ suffix }) => suffix === keys[0]?.suffix) && (keys[0]?.suffix === '' || keys[0]?.suffix === ' DESC');
    return keys.map(({ key, suffix }) => ({ key, suffix: isOneWay ? '' : suffix }));
  }
  const range = conditions.find(({ kind }) => kind === 'prefix') ?? conditions.find(({ kind }) => kind === 'range');
  if (range === undefined || fixed.has(keyId(range.key))) {
    return [];
  }
  return [{ key: range.key, suffix: range.kind === 'prefix' ? patternClass(range.key, table) : '' }];
}

/** In an order other than that of bytes, LIKE needs an index that compares characters. */
function patternClass(key: IndexKey, { columns }: TableFacts): string {
  const column = columns.get(columnOf(key) ?? columnsOf(key)[0] ?? '');
  if (column?.isPlainOrder === true) {
    return '';
  }
  return columnOf(key) !== undefined && (column?.type === 'varchar' || column?.type === 'bpchar')
    ? ` ${column.type}_pattern_ops`
    : ' text_pattern_ops';
}

/** A test that few rows pass: the index need not hold the others. */
function choosePredicate({ conditions, isComplete, rows }: Wish, table: TableFacts): Predicate | undefined {
  for (const condition of conditions) {
    const { kind, key } = condition;
    if (kind === 'null' || kind === 'notNull' || kind === 'true' || kind === 'false') {
      const isAlone = isComplete && conditions.length === 1 && table.rows !== undefined;
      const selectivity = isAlone ? rows / Math.max(1, table.rows) : estimateSelectivity(condition, table);
      if (selectivity <= 0.2) {
        return { key, kind };
      }
    }
  }
  return undefined;
}

interface Question {
  readonly wish: Wish;
  readonly equals: readonly Condition[];
  readonly candidate: Candidate;
  readonly demand: Demand;
}

/** Whether an index is likely to read far less than the whole table. */
function isWorthIt({ wish, equals, candidate, demand }: Question, { table, maxSelectivity }: BuildContext): boolean {
  const rows = Math.max(1, table.rows ?? 1);
  const byEquals = equals.reduce((product, condition) => product * estimateSelectivity(condition, table), 1);
  if (wish.why === 'extreme' || (wish.why === 'sort' && candidate.tail.length > 0)) {
    return true;
  }
  if (wish.why === 'join') {
    return demand.foreignKey !== undefined || (wish.partnerRows ?? rows) * byEquals <= maxSelectivity;
  }
  const used = wish.conditions.filter(({ kind, key }) => usesKey(candidate, key) && kind !== 'substring');
  const product = used.reduce((kept, condition) => kept * estimateSelectivity(condition, table), 1);
  return Math.min(product, wish.isComplete && used.length === wish.conditions.length ? wish.rows / rows : 1) <= maxSelectivity;
}

function usesKey({ equals, tail, where }: Candidate, key: IndexKey): boolean {
  return [...equals, ...tail, ...(where === undefined ? [] : [where])].some((used) => keyId(used.key) === keyId(key));
}

/** A join on a foreign key that no index holds. */
function describeDemand(wish: Wish, statement: number, { table }: BuildContext): Demand {
  const joined = new Set(wish.conditions.filter(({ others }) => others.length > 0).map(({ key }) => columnOf(key)));
  const foreign = wish.why === 'join' ? table.foreignKeys.find(({ columns }) => columns.every((column) => joined.has(column))) : undefined;
  return foreign === undefined
    ? { statement, wish }
    : {
        statement,
        wish,
        foreignKey: `(${foreign.columns.map((column) => table.columns.get(column)?.quoted ?? column).join(', ')}) to ${foreign.parent}`,
      };
}

/** Why a table is not looked at, if it is too small or unknown. */
export function noteOfSize({ name, rows, pages }: TableFacts): string | undefined {
  if (rows === undefined) {
    return `${name} has no statistics: ANALYZE ${name}, then ask again.`;
  }
  return rows < smallTable.rows && pages < smallTable.pages
    ? `${name} is too small for an index to matter (${formatCount(rows)} rows).`
    : undefined;
}
