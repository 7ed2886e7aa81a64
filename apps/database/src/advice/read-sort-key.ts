import type { SqlParser } from '../sql/parser.ts';
import { isNode, type TreeNode } from '../sql/walk-tree.ts';
import { replaceSubplans, type ConditionText } from './read-conditions.ts';
import { readKey } from './read-key.ts';
import type { SortKey } from './wish.ts';

/** Reads one entry of a plan's `Sort Key`, such as `o.placed_at DESC`; nothing for what an index cannot hold. */
export async function readSortKey({ text, subplans }: ConditionText, parser: SqlParser): Promise<SortKey | undefined> {
  const outcome = await parser.parse(`SELECT 1 ORDER BY ${replaceSubplans(text, subplans)}`);
  const [statement, second] = outcome.kind === 'tree' ? outcome.statements : [];
  const select = isNode(statement) && isNode(statement['stmt']) ? statement['stmt']['SelectStmt'] : undefined;
  const list = isNode(select) && Array.isArray(select['sortClause']) ? (select['sortClause'] as readonly unknown[]) : [];
  const [only] = list;
  const sort = isNode(only) ? only['SortBy'] : undefined;
  const found = isNode(sort) && list.length === 1 && second === undefined ? readKey(sort['node']) : undefined;
  const suffix = isNode(sort) ? readSuffix(sort) : undefined;
  return found === undefined || suffix === undefined ? undefined : { key: found.key, alias: found.alias, suffix };
}

function readSuffix({ sortby_dir: direction, sortby_nulls: nulls }: TreeNode): SortKey['suffix'] | undefined {
  if (direction === 'SORTBY_USING') {
    return undefined;
  }
  if (direction === 'SORTBY_DESC') {
    return nulls === 'SORTBY_NULLS_LAST' ? ' DESC NULLS LAST' : ' DESC';
  }
  return nulls === 'SORTBY_NULLS_FIRST' ? ' NULLS FIRST' : '';
}
