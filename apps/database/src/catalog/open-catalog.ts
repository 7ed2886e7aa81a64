import { createDescriber, type Describer } from '../describe/describer.ts';
import type { CatalogSource } from '../sources/source.ts';
import type { TableAllowList } from '../sql/table-allow-list.ts';
import { createSchemaSearch, type SchemaSearch } from './schema-search.ts';
import { createTableNames, type TableNames } from './table-names.ts';

/** What a database holds, as callers may see it. */
export interface Catalog {
  readonly schema: SchemaSearch;
  readonly describer: Describer;
  readonly names: TableNames;
}

/** Options of {@link openCatalog}. */
export interface CatalogOptions {
  /** Relations that may be seen. Default: all that the role may look up. */
  readonly tables?: TableAllowList | undefined;
}

/** The catalogue of one source. Reads nothing until it is asked. */
export function openCatalog(source: CatalogSource, options: CatalogOptions): Catalog {
  return {
    schema: createSchemaSearch(source, options),
    describer: createDescriber(source, options),
    names: createTableNames(source, options),
  };
}
