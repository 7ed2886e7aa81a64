import { showName, showRelation, showText } from '../text/show-name.ts';
import type { PlanNode } from './plan.ts';

/** `Parallel Seq Scan on orders o`, `Index Scan using orders_pkey on billing.orders`, `Hash Left Join`. */
export function nameNode({ type, isParallel, joinType, index, on, alias, cte, strategy }: PlanNode): string {
  const join = joinType === undefined || joinType === 'Inner' ? undefined : joinType;
  const kind = join === undefined ? type : type === 'Nested Loop' ? `${type} ${join} Join` : type.replace(/ Join$/, ` ${join} Join`);
  const how = type === 'Aggregate' && strategy !== undefined && strategy !== 'Plain' ? ` (${strategy.toLowerCase()})` : '';
  const using = index === undefined ? '' : ` using ${showName(index)}`;
  const target = on === undefined ? (cte ?? undefined) : showRelation(on);
  const where = target === undefined ? '' : ` on ${on === undefined ? showName(target) : target}`;
  const as = alias === undefined || alias === (on?.relation ?? cte) ? '' : ` ${showName(alias)}`;
  return `${isParallel ? 'Parallel ' : ''}${showText(kind, 60)}${how}${using}${where}${as}`;
}

/** The condition by which a node chooses rows, the telling one first. */
export function conditionOf({
  expressions: { filter, joinFilter, hashCond, mergeCond, indexCond, recheckCond },
}: PlanNode): string | undefined {
  return filter ?? joinFilter ?? hashCond ?? mergeCond ?? indexCond ?? recheckCond;
}
