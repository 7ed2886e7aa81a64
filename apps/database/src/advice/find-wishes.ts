import { nameNode } from '../plans/name-node.ts';
import type { Plan, PlanNode } from '../plans/plan.ts';
import type { SqlParser } from '../sql/parser.ts';
import { isNode, readNames } from '../sql/walk-tree.ts';
import type { Condition } from './conditions.ts';
import { isTableScan, PlanReader } from './plan-reader.ts';
import { parseExpression } from './read-conditions.ts';
import { readKey } from './read-key.ts';
import { readSortKey } from './read-sort-key.ts';
import type { SortKey, Wish } from './wish.ts';

/** Most wishes of one plan. */
const maxWishes = 30;

/** Finds what the nodes of a plan would profit from; the heaviest nodes first. */
export async function findWishes(plan: Plan, parser: SqlParser): Promise<readonly Wish[]> {
  const reader = new PlanReader(plan, parser);
  const wishes: Wish[] = [];
  for (const scan of reader.scans) {
    if (wishes.length < maxWishes) {
      wishes.push(...(await wishesOfScan(scan, reader)));
    }
  }
  for (const node of plan.nodes) {
    if (wishes.length < maxWishes) {
      const wish = node.type === 'Sort' ? await wishOfSort(node, reader) : await wishOfExtreme(node, reader);
      wishes.push(...(wish === undefined ? [] : [wish]));
    }
  }
  return wishes;
}

interface ScanConditions {
  readonly inFilter: readonly Condition[];
  readonly all: readonly Condition[];
  readonly isComplete: boolean;
  /** Sides of the first OR, when each says something of the table. */
  readonly choice: readonly (readonly Condition[])[];
}

/** What a scan compares, by its filter or by an index that it uses. */
async function conditionsOf(scan: PlanNode, reader: PlanReader): Promise<ScanConditions> {
  const { filter, indexCond, recheckCond } = scan.expressions;
  const inFilter = await reader.read(filter);
  const byIndex = await reader.read(indexCond ?? recheckCond);
  const isOwn = ({ alias }: Condition): boolean => reader.isAliasOf(alias, scan);
  return {
    inFilter: inFilter.conditions.filter(isOwn),
    all: [...byIndex.conditions, ...inFilter.conditions].filter(isOwn),
    isComplete: inFilter.conditions.filter(isOwn).length === inFilter.parts,
    choice: inFilter.choices[0]?.every((side) => side.some(isOwn)) === true ? inFilter.choices[0].map((side) => side.filter(isOwn)) : [],
  };
}

async function wishesOfScan(scan: PlanNode, reader: PlanReader): Promise<readonly Wish[]> {
  const { inFilter, all, isComplete, choice } = await conditionsOf(scan, reader);
  const wish = toWish(scan, { rows: reader.rowsOf(scan), share: reader.share(scan), conditions: all, isComplete });
  const sides = choice.map((conditions) => ({ ...wish, conditions: [...conditions, ...all], together: scan.position }));
  const found = reader.joinOf(scan);
  const joined =
    found === undefined || scan.type !== 'Seq Scan'
      ? []
      : (await reader.readJoin(found.join)).filter(({ alias }) => reader.isAliasOf(alias, scan));
  return [
    ...sides,
    ...(inFilter.length > 0 || (sides.length === 0 && scan.type === 'Seq Scan' && scan.expressions.filter !== undefined) ? [wish] : []),
    ...(found !== undefined && joined.length > 0
      ? [{ ...wish, why: 'join' as const, conditions: [...joined, ...all], partnerRows: found.partner.rows }]
      : []),
  ];
}

async function wishOfSort(sort: PlanNode, reader: PlanReader): Promise<Wish | undefined> {
  const keys = await readSortKeys(sort, reader);
  const [first] = keys;
  const scan = first === undefined ? undefined : reader.findBelow(sort, (node) => isTableScan(node) && reader.isAliasOf(first.alias, node));
  if (scan === undefined || first === undefined) {
    return undefined;
  }
  const { all, isComplete } = await conditionsOf(scan, reader);
  const isWorthIt = reader.isLimited(sort) || all.some(({ kind }) => kind === 'equal');
  const share = reader.share(sort) + reader.share(scan);
  return isWorthIt
    ? { ...toWish(scan, { rows: reader.rowsOf(scan), share, conditions: all, isComplete }), why: 'sort', sort: keys, node: nameNode(sort) }
    : undefined;
}

/** The leading keys that belong to one table: by them an index has done most of the sorting. */
async function readSortKeys(sort: PlanNode, reader: PlanReader): Promise<readonly SortKey[]> {
  const keys: SortKey[] = [];
  for (const text of sort.expressions.sortKey?.slice(0, 4) ?? []) {
    const key = await readSortKey({ text, subplans: reader.subplans }, reader.parser);
    if (key === undefined || (keys[0] !== undefined && keys[0].alias !== key.alias)) {
      break;
    }
    keys.push(key);
  }
  return keys;
}

/** `max(o.placed_at)` over a whole table: the last entry of an index. */
async function wishOfExtreme(node: PlanNode, reader: PlanReader): Promise<Wish | undefined> {
  const [text, second] = node.type === 'Aggregate' && node.strategy === 'Plain' ? (node.expressions.output ?? []) : [];
  if (text === undefined || second !== undefined) {
    return undefined;
  }
  const call = await parseExpression({ text, subplans: reader.subplans }, reader.parser);
  const body = isNode(call) ? call['FuncCall'] : undefined;
  const [name] = isNode(body) ? readNames(body['funcname']) : [];
  const [argument] = isNode(body) && Array.isArray(body['args']) ? (body['args'] as readonly unknown[]) : [];
  const found = name === 'max' || name === 'min' ? readKey(argument) : undefined;
  const scan = found === undefined ? undefined : findScanned(node, reader, found.alias);
  if (scan === undefined || found === undefined) {
    return undefined;
  }
  const { all, isComplete } = await conditionsOf(scan, reader);
  const wish = toWish(scan, { rows: reader.rowsOf(scan), share: reader.share(scan), conditions: all, isComplete });
  return { ...wish, why: 'extreme', sort: [{ key: found.key, alias: found.alias, suffix: '' }], node: nameNode(node) };
}

function findScanned(node: PlanNode, reader: PlanReader, alias: string): PlanNode | undefined {
  const partial = reader.findBelow(node, ({ type }) => type === 'Aggregate');
  return reader.findBelow(partial ?? node, (below) => below.type === 'Seq Scan' && reader.isAliasOf(alias, below));
}

function toWish(scan: PlanNode, { rows, share, conditions, isComplete }: Pick<Wish, 'rows' | 'share' | 'conditions' | 'isComplete'>): Wish {
  const table = scan.on ?? { relation: '' };
  const { filter } = scan.expressions;
  const wish = { why: 'filter' as const, table, node: nameNode(scan), conditions, isComplete, sort: [], rows, share };
  return filter === undefined ? wish : { ...wish, filter };
}
