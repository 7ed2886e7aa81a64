/** A column. Names are written as SQL takes them, here and below. */
export interface DescribedColumn {
  readonly name: string;
  readonly type: string;
  /** Absent: NOT NULL. */
  readonly nullable?: true;
  readonly default?: string;
  /** Expression, then `stored` or `virtual`. */
  readonly generated?: string;
  readonly identity?: 'always' | 'by default';
  /** Labels where the type is an enum, an array of one, or a domain over one. */
  readonly values?: readonly string[];
  readonly comment?: string;
  /** The reader may not select it. */
  readonly denied?: true;
}

/** A foreign key of the described table. */
export interface ForeignKey {
  readonly columns: readonly string[];
  readonly table: string;
  readonly to: readonly string[];
  readonly onDelete?: string;
  readonly onUpdate?: string;
  /** Rows of before are not checked. */
  readonly notValid?: true;
}

/** A foreign key of another table to the described one. */
export type Reference = Omit<ForeignKey, 'onUpdate' | 'notValid'>;

/** An index; bytes and scans of a partitioned one are those of its parts. */
export interface DescribedIndex {
  readonly name: string;
  /** Absent while its table is locked. */
  readonly definition?: string;
  readonly unique?: true;
  /** Not used by queries: it is being built, or that failed. */
  readonly invalid?: true;
  readonly bytes?: number;
  /** Since the statistics were reset. */
  readonly scans?: number;
}

/** Row level security. */
export interface RowSecurity {
  readonly enabled: boolean;
  readonly forced?: true;
  /** Whether it hides rows from the reader. */
  readonly applies: boolean;
  /** `name: command`. */
  readonly policies?: readonly string[];
}

/** Partitions and inheritance. */
export interface Partitioning {
  /** Tables that this one is a part of. */
  readonly of?: readonly string[];
  readonly bound?: string;
  /** Key of a partitioned table. */
  readonly by?: string;
  /** Direct parts, of which `tables` names the first. */
  readonly count?: number;
  readonly tables?: readonly string[];
}

/** A sequence; its numbers as text. */
export interface DescribedSequence {
  readonly type: string;
  readonly start: string;
  readonly increment: string;
  readonly min: string;
  readonly max: string;
  readonly cycle?: true;
  readonly last?: string;
}

/** One function of a name. */
export interface Overload {
  readonly arguments: string;
  readonly returns: string;
  readonly volatility: 'immutable' | 'stable' | 'volatile';
  readonly type?: 'aggregate' | 'window';
  readonly language: string;
  readonly definition?: string;
  readonly comment?: string;
  readonly may: readonly string[];
}

/** What the catalogue says of one object; null where it does not apply. Texts and lists are cut as `table-parts.ts` says. */
export interface DescriptionRow {
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  /** With its schema, as SQL takes it. */
  readonly qualified: string;
  /** As tools show it: without its schema when that is `public`. */
  readonly written: string;
  /** Found by the search path. */
  readonly visible: boolean;
  /** Somebody changes it right now; null for what is no relation. */
  readonly locked: boolean | null;
  /** All objects of the name, this one first. */
  readonly found: readonly string[];
  readonly comment: string | null;
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly may: readonly string[] | null;
  readonly columns: readonly DescribedColumn[] | null;
  readonly primaryKey: readonly string[] | null;
  readonly foreignKeys: readonly ForeignKey[] | null;
  readonly referencedBy: readonly Reference[] | null;
  readonly indexes: readonly DescribedIndex[] | null;
  readonly constraints: readonly string[] | null;
  readonly triggers: readonly string[] | null;
  readonly rowSecurity: RowSecurity | null;
  readonly partitioning: Partitioning | null;
  readonly definition: string | null;
  readonly ownerTable: string | null;
  readonly sequence: DescribedSequence | null;
  readonly labels: readonly string[] | null;
  readonly overloads: readonly Overload[] | null;
}
