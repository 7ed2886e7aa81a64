import { cutText } from '../text/cut-text.ts';
import type {
  DescribedColumn,
  DescribedIndex,
  DescribedSequence,
  DescriptionRow,
  ForeignKey,
  Overload,
  Partitioning,
  Reference,
  RowSecurity,
} from './description-row.ts';
import { maxBytes, maxItems, maxText } from './limits.ts';

/** One object as tools show it; what does not apply is absent. Names are written as SQL takes them. */
export interface Description {
  /** Qualified unless in `public`. */
  name: string;
  kind: string;
  comment?: string;
  /** Estimate; absent when the table was never analysed. */
  rows?: number;
  /** On disk, with indexes and TOAST. */
  bytes?: number;
  /** What the role of this server may do, as GRANT writes it. Empty: nothing. */
  may?: readonly string[];
  columns?: readonly DescribedColumn[];
  primaryKey?: readonly string[];
  foreignKeys?: readonly ForeignKey[];
  referencedBy?: readonly Reference[];
  indexes?: readonly DescribedIndex[];
  /** Checks, unique and exclusion constraints. */
  constraints?: readonly string[];
  triggers?: readonly string[];
  rowSecurity?: RowSecurity;
  partitions?: Partitioning;
  /** Labels of an enum. */
  values?: readonly string[];
  /** Body of a view, definition of an index, base of a domain, server of a foreign table. */
  definition?: string;
  /** Table of an index; column that a sequence fills. */
  of?: string;
  sequence?: DescribedSequence;
  /** Functions of the name. */
  overloads?: readonly Overload[];
  /** Rows, where they were asked for. */
  sample?: readonly (readonly unknown[])[];
  /** Names of the values of a row, where it lacks columns. */
  sampleColumns?: readonly string[];
  /** What was left out, and what else has the name. */
  notes?: readonly string[];
}

/** Cuts lists to their share of a description and remembers what it cut. */
class Cutter {
  readonly notes: string[] = [];

  /** Names and types of all columns are worth more than all about the first ones. */
  columns(columns: readonly DescribedColumn[] | null): readonly DescribedColumn[] | undefined {
    const whole = columns?.map(cutColumn) ?? [];
    if (Buffer.byteLength(JSON.stringify(whole)) <= maxBytes.columns) {
      return this.list(whole, 'columns', maxItems.columns + 1);
    }
    this.notes.push('columns: defaults, enum values and comments are left out.');
    const short = whole.map(({ name, type, nullable, denied }) => ({ name, type, ...present({ nullable, denied }) }));
    return this.list(short, 'columns', maxItems.columns + 1);
  }

  list<Item>(items: readonly Item[] | null | undefined, name: keyof typeof maxBytes, max: number): readonly Item[] | undefined {
    if (items === null || items === undefined || items.length === 0) {
      return undefined;
    }
    let bytes = 0;
    const end = items.findIndex((item) => (bytes += Buffer.byteLength(JSON.stringify(item)) + 1) > maxBytes[name]);
    const kept = end === -1 ? items : items.slice(0, Math.max(1, end));
    if (kept.length < items.length || items.length === max) {
      this.notes.push(`${name}: the first ${String(kept.length)} of ${items.length === max ? 'at least ' : ''}${String(items.length)}.`);
    }
    return kept;
  }
}

/** Makes the description of a row: at most about 60 KB of JSON, with notes on what was cut. */
export function toDescription(row: DescriptionRow): Description {
  const cutter = new Cutter();
  const { partitioning, rowSecurity } = row;
  if (row.locked === true) {
    cutter.notes.push('It is locked by a change in progress: size, constraints and definitions may be missing.');
  }
  const parts: Description = {
    name: row.written,
    kind: row.kind,
    ...present({
      comment: cut(row.comment, maxText.comment),
      rows: row.rows === null ? undefined : Math.round(row.rows),
      bytes: row.bytes,
      may: row.may,
      of: row.ownerTable,
      columns: cutter.columns(row.columns),
      primaryKey: row.primaryKey,
      foreignKeys: cutter.list(row.foreignKeys, 'foreignKeys', maxItems.keys),
      referencedBy: cutter.list(row.referencedBy, 'referencedBy', maxItems.keys),
      indexes: cutter.list(row.indexes?.map(cutDefinition), 'indexes', maxItems.indexes),
      constraints: cutter.list(row.constraints?.map(cutExpression), 'constraints', maxItems.constraints),
      triggers: cutter.list(row.triggers, 'triggers', maxItems.names),
      rowSecurity: rowSecurity && {
        ...rowSecurity,
        ...present({ policies: cutter.list(rowSecurity.policies, 'policies', maxItems.names) }),
      },
      partitions: partitioning && {
        ...partitioning,
        ...present({ tables: cutter.list(partitioning.tables, 'partitions', maxItems.names) }),
      },
      values: cutter.list(row.labels, 'values', maxItems.labels),
      definition: cut(row.definition, maxText.definition),
      sequence: row.sequence,
      overloads: cutter.list(row.overloads?.map(cutOverload), 'overloads', maxItems.overloads),
    }),
  };
  return cutter.notes.length === 0 ? parts : { ...parts, notes: cutter.notes };
}

type Present<Fields> = { [Name in keyof Fields]?: NonNullable<Fields[Name]> };

function present<Fields extends object>(fields: Fields): Present<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined)) as Present<Fields>;
}

function cutColumn(column: DescribedColumn): DescribedColumn {
  return {
    ...column,
    ...present({
      default: cut(column.default, maxText.expression),
      generated: cut(column.generated, maxText.expression),
      comment: cut(column.comment, maxText.comment),
    }),
  };
}

function cutDefinition(index: DescribedIndex): DescribedIndex {
  return { ...index, ...present({ definition: cut(index.definition, maxText.expression) }) };
}

function cutExpression(text: string): string {
  return cutText(text, maxText.expression);
}

function cutOverload(overload: Overload): Overload {
  const { definition, comment } = overload;
  return { ...overload, ...present({ definition: cut(definition, maxText.definition), comment: cut(comment, maxText.comment) }) };
}

/** The database gives one character more than is shown, so that a cut is known. */
function cut(text: string | null | undefined, max: number): string | undefined {
  return text === null || text === undefined ? undefined : cutText(text, max);
}
