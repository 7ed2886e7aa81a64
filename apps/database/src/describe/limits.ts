/** Longest texts that leave the database, in characters. */
export const maxText = { comment: 500, expression: 500, definition: 6_000, label: 100 } as const;

/** Most items of each list that leave the database. No table has more columns than these. */
export const maxItems = { columns: 1_600, keys: 200, indexes: 200, constraints: 200, labels: 200, names: 100, overloads: 20 } as const;

/** Bytes of JSON that each list of a description may take, 60 KB together. */
export const maxBytes = {
  columns: 24_000,
  foreignKeys: 6_000,
  referencedBy: 6_000,
  indexes: 8_000,
  constraints: 5_000,
  triggers: 1_500,
  policies: 1_500,
  partitions: 2_000,
  values: 4_000,
  overloads: 12_000,
} as const;
