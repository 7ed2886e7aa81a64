import { AppError } from '@trellis-mcp/errors';

/** The items of `--allow-tables`, read. */
export interface TableAllowList {
  /** Each as `schema.table` or `schema.*`. */
  readonly items: readonly string[];
  /** Whether a relation is on the list. */
  allows(schema: string, name: string): boolean;
}

const itemPattern = /^(?:[^.*]+\.)?(?:[^.*]+|(?<=\.)\*)$/u;

/**
 * Reads `schema.table`, `schema.*`, or a bare `table`, which is one of `public`; an empty list allows everything and is `undefined`.
 * Names are as the catalogue has them: `Orders` is not `orders`.
 *
 * @throws AppError `INVALID_INPUT` for an item that is none of these.
 */
export function readTableAllowList(items: readonly string[]): TableAllowList | undefined {
  if (items.length === 0) {
    return undefined;
  }
  const allowed = new Set(items.map(readItem));
  return {
    items: [...allowed],
    // A name that holds a dot is on no list: it could be read as another.
    allows: (schema, name) => !`${schema}${name}`.includes('.') && (allowed.has(`${schema}.${name}`) || allowed.has(`${schema}.*`)),
  };
}

function readItem(item: string): string {
  if (!itemPattern.test(item)) {
    throw new AppError('INVALID_INPUT', `"${item.slice(0, 80)}" names no table.`, { hint: 'Write schema.table, schema.* or table.' });
  }
  return item.includes('.') ? item : `public.${item}`;
}
