import type { BuildContext } from './build-context.ts';
import type { Candidate, Demand } from './candidate.ts';
import type { Condition } from './conditions.ts';
import { columnOf } from './index-key.ts';
import type { ColumnFacts } from './table-facts.ts';
import type { Wish } from './wish.ts';

/** Indexes for conditions that are no order: parts of texts, of documents, of arrays, of ranges. */
export function buildSpecials({ conditions }: Wish, demand: Demand, { table, extensions }: BuildContext): readonly Candidate[] {
  return conditions.flatMap((condition) => {
    const suffix = classOf(condition, table.columns.get(columnOf(condition.key) ?? ''), extensions.get('pg_trgm'));
    if (suffix === undefined) {
      return [];
    }
    const method = suffix === 'gist' ? ('gist' as const) : ('gin' as const);
    const isMissing = condition.kind === 'substring' && !extensions.has('pg_trgm');
    const keys = [{ key: condition.key, suffix: suffix === 'gist' ? '' : suffix }];
    return [{ table, method, equals: keys, tail: [], demands: [demand], ...(isMissing ? { needs: 'pg_trgm' } : {}) }];
  });
}

/**
 * @param trigrams Schema of pg_trgm, quoted as SQL needs it.
 * @returns The operator class with a space before it, empty for the default of GIN, `gist` for ranges, nothing when there is none.
 */
function classOf({ kind, operator }: Condition, column: ColumnFacts | undefined, trigrams = 'public'): string | undefined {
  if (kind === 'substring') {
    const isText = column === undefined || column.type === 'text' || column.type === 'varchar';
    return isText ? ` ${trigrams === 'public' ? '' : `${trigrams}.`}gin_trgm_ops` : undefined;
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
