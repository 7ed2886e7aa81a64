import type { FunctionCatalog } from '../sql/function-catalog.ts';

/** One type of a database. */
export interface TypeInfo {
  /** As `format_type` writes it: `bigint`, `timestamp with time zone`, `order_status`. */
  readonly name: string;
  /** OID of the elements when it is an array. */
  readonly elementOid?: number;
  /** Character between elements: a comma, for `box` a semicolon. */
  readonly delimiter: string;
  /** OID of the type below a domain. */
  readonly baseOid?: number;
}

/** Types by OID. */
export type TypeCatalog = ReadonlyMap<number, TypeInfo>;

/** What a source loads once, in one round trip. */
export interface SourceFacts {
  readonly types: TypeCatalog;
  readonly functions: FunctionCatalog;
}
