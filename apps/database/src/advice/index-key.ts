/** What one column of an index holds: a column of the table, or an expression of its columns. */
export interface IndexKey {
  /** SQL with columns apart, so that they can be quoted; a column alone is one part. */
  readonly parts: readonly KeyPart[];
  /** Functions that are called: an index takes only IMMUTABLE ones. */
  readonly functions: readonly CalledFunction[];
}

/** A function by its name and the number of its arguments. */
export interface CalledFunction {
  readonly name: string;
  readonly arguments: number;
}

/** A piece of SQL, or a column by its name. */
export type KeyPart = string | { readonly column: string };

/** Two keys of a table are the same when this is. */
export function keyId({ parts }: IndexKey): string {
  return JSON.stringify(parts);
}

/** The name of the column when the key is one. */
export function columnOf({ parts }: IndexKey): string | undefined {
  const [only, second] = parts;
  return only !== undefined && typeof only !== 'string' && second === undefined ? only.column : undefined;
}

/** Names of all columns in a key. */
export function columnsOf({ parts }: IndexKey): readonly string[] {
  return parts.flatMap((part) => (typeof part === 'string' ? [] : [part.column]));
}

/** SQL of a key for CREATE INDEX, columns quoted by `quote`; what is neither column nor call stands in parentheses. */
export function renderKey(key: IndexKey, quote: (column: string) => string): string {
  const sql = key.parts.map((part) => (typeof part === 'string' ? part : quote(part.column))).join('');
  return columnOf(key) !== undefined || sql.endsWith(')') ? sql : `(${sql})`;
}

/** A key that is a column. */
export function columnKey(column: string): IndexKey {
  return { parts: [{ column }], functions: [] };
}
