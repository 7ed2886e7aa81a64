import type { FunctionCatalog } from '../sql/function-catalog.ts';
import type { KeptFacts } from './keep-facts.ts';

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

/** OID of the first object that is not the server's own (FirstNormalObjectId): of these none is made while it runs. */
const firstOwn = 16_384;

/** Gives the types that are known, or newer ones when one of `oids` is not among them: it may have been made since. */
export async function loadTypes(facts: KeptFacts<SourceFacts>, oids: readonly number[] = []): Promise<TypeCatalog> {
  const { types } = facts.known ?? (await facts.get());
  return oids.every((oid) => oid < firstOwn || types.has(oid)) ? types : (await facts.refresh()).types;
}
