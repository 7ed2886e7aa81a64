/** The items of `--allow-tables`, read. */
export interface TableAllowList {
  /** Each as `schema.table` or `schema.*`. */
  readonly items: readonly string[];
  /** Whether a relation is on the list. */
  allows(schema: string, name: string): boolean;
}

/** Reads `schema.table`, `schema.*`, or a bare `table`, which is one of `public`; an empty list allows everything and is `undefined`. */
export function readTableAllowList(items: readonly string[]): TableAllowList | undefined {
  if (items.length === 0) {
    return undefined;
  }
  const allowed = new Set(items.map((item) => (item.includes('.') ? item : `public.${item}`)));
  return {
    items: [...allowed],
    allows: (schema, name) => allowed.has(`${schema}.${name}`) || allowed.has(`${schema}.*`),
  };
}
