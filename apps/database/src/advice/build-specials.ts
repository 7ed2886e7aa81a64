import type { BuildContext } from './build-context.ts';
import type { Candidate, Demand } from './candidate.ts';
import type { Condition } from './conditions.ts';
import { columnOf } from './index-key.ts';
import type { ColumnFacts } from './table-facts.ts';
import type { Wish } from './wish.ts';

/** Indexes for conditions that are no order: parts of texts, of documents, of arrays, of ranges. */
export function buildSpecials({ conditions }: Wish, demand: Demand, { table, extensions }: BuildContext): readonly Candidate[] {
  return conditions.flatMap((condition) => {
    const suffix = classOf(condition, table.columns.get(columnOf(condition.key) ?? ''));
    if (suffix === undefined) {
      return [];
    }
    const method = suffix === 'gist' ? ('gist' as const) : ('gin' as const);
    const isMissing = condition.kind === 'substring' && !extensions.has('pg_trgm');
    const keys = [{ key: condition.key, suffix: suffix === 'gist' ? '' : suffix }];
    return [{ table, method, equals: keys, tail: [], demands: [demand], ...(isMissing ? { needs: 'pg_trgm' } : {}) }];
  });
}

/** @returns The operator class with a space before it, empty for the default of GIN, `gist` for ranges, nothing when there is none. */
function classOf({ kind, operator }: Condition, column: ColumnFacts | undefined): string | undefined {
  if (kind === 'substring') {
    return ' gin_trgm_ops';
  }
  if (kind === 'match') {
    return column === undefined || column.type === 'tsvector' ? '' : undefined;
  }
  if (kind !== 'contains' || column === undefined || operator === '<@') {
    return undefined;
  }
  if (column.type === 'jsonb') {
    return operator === '@>' ? ' jsonb_path_ops' : '';
  }
  return column.category === 'A' ? '' : column.category === 'R' ? 'gist' : undefined;
}
