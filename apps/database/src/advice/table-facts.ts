import type { IndexKey } from './index-key.ts';

/** What is known of a table that a plan reads; of a partition, its whole partitioned table. */
export interface TableFacts {
  /** Quoted as SQL needs it. */
  readonly name: string;
  readonly isPartitioned: boolean;
  /** Estimated rows; absent when never analysed. */
  readonly rows?: number;
  readonly pages: number;
  /** Rows inserted, updated and deleted since statistics were reset. */
  readonly writes: number;
  readonly columns: ReadonlyMap<string, ColumnFacts>;
  readonly indexes: readonly ExistingIndex[];
  readonly foreignKeys: readonly ForeignKey[];
}

/** What is known of a column. */
export interface ColumnFacts {
  readonly quoted: string;
  /** Name of its type, below domains: `text`, `jsonb`, `_int4`. */
  readonly type: string;
  /** `typcategory` of `pg_type`: A array, R range, S text, U others. */
  readonly category: string;
  /** Compared byte by byte, so that an ordinary index finds prefixes. */
  readonly isPlainOrder: boolean;
  /** Different values; absent without statistics. */
  readonly distinct?: number;
  /** 0 to 1; absent without statistics. */
  readonly nullFraction?: number;
}

/** An index that is there. */
export interface ExistingIndex {
  /** Quoted as SQL needs it. */
  readonly name: string;
  readonly method: string;
  /** False: a build failed, or is under way. */
  readonly isValid: boolean;
  readonly isUnique: boolean;
  readonly isPartial: boolean;
  /** Keys in order; nothing for an expression too unusual to be read. */
  readonly keys: readonly (ExistingKey | undefined)[];
}

/** One key of an {@link ExistingIndex}. */
export interface ExistingKey {
  readonly key: IndexKey;
  /** Absent when it is the default of the type. */
  readonly opclass?: string;
}

/** A foreign key of the table. */
export interface ForeignKey {
  readonly columns: readonly string[];
  /** Quoted as SQL needs it. */
  readonly parent: string;
}
