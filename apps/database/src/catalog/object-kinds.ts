/** Kinds of objects, as `search_schema` names them. */
export const objectKinds = [
  'table',
  'partitioned_table',
  'partition',
  'view',
  'materialized_view',
  'foreign_table',
  'index',
  'enum',
  'function',
] as const;

/** One of {@link objectKinds}. */
export type ObjectKind = (typeof objectKinds)[number];

/** Columns, labels, indexes or constraints of one object that `search_schema` shows. */
export const maxItems = 300;
