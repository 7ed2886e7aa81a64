import { cutText } from '../text/cut-text.ts';
import { toOneLine } from '../text/to-one-line.ts';
import { maxItems, type ObjectKind } from './object-kinds.ts';
import type { ColumnRow, ObjectRow } from './objects-query.ts';

/** An object as tools show it: terse, since models pay for every word. */
export interface SchemaObject {
  /** As SQL takes it, qualified unless in `public`. */
  name: string;
  kind: ObjectKind;
  comment?: string;
  /** Estimated rows. */
  rows?: number;
  /** `name type`, then what applies: `pk`, `-> table.column`; in full also `not null`, `default ...`, `-- comment`. */
  columns?: string[];
  /** Labels of an enum. */
  values?: string[];
  indexes?: string[];
  constraints?: string[];
  /** Body of a view, key of a partitioned table, signature of a function. */
  definition?: string;
}

/** Longest column with default and comment, in characters. */
const maxColumn = 700;

const maxDefinition = 4_000;

/** Makes the terse form of a row. */
export function toSchemaObject(row: ObjectRow, detail: 'names' | 'summary' | 'full'): SchemaObject {
  const { columns, labels, indexes, constraints, definition, comment } = row;
  const object: SchemaObject = { name: row.written, kind: row.kind };
  if (comment !== null) {
    object.comment = comment;
  }
  if (detail !== 'names' && row.estimate !== null) {
    object.rows = Math.round(row.estimate);
  }
  if (columns !== null && row.kind !== 'index') {
    object.columns = cutList(columns.map((column) => toOneLine(renderColumn(column, detail === 'full'), maxColumn)));
  }
  if (labels !== null) {
    object.values = cutList(labels);
  }
  if (indexes !== null) {
    object.indexes = cutList(indexes);
  }
  if (constraints !== null) {
    object.constraints = cutList(constraints);
  }
  if (definition !== null) {
    object.definition = cutText(definition, maxDefinition);
  }
  return object;
}

function renderColumn({ name, type, key, references, ...rest }: ColumnRow, isFull: boolean): string {
  const parts = [name, type];
  if (key) {
    parts.push('pk');
  } else if (isFull && rest.notNull) {
    parts.push('not null');
  }
  if (references !== null) {
    parts.push(`-> ${references}`);
  }
  if (isFull && rest.default !== null) {
    parts.push(`default ${rest.default}`);
  }
  if (isFull && rest.comment !== null) {
    parts.push(`-- ${rest.comment}`);
  }
  return parts.join(' ');
}

/** The database gives one item more than is shown, so that a cut is known. */
function cutList(items: readonly string[]): string[] {
  return items.length > maxItems ? [...items.slice(0, maxItems), '... more: call describe'] : [...items];
}
