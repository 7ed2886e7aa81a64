import type { Source } from '../sources/source.ts';
import type { TableAllowList } from '../sql/table-allow-list.ts';
import { readCatalog } from './read-catalog.ts';
import type { TableNameRow } from './table-names-query.ts';

/** Names of tables and views, and of the schemas that hold some, for completion and lists. */
export interface TableNames {
  /** Schemas by a part of their names: those that start with it, then those that hold it. At most 101, so that more are known to be there. */
  schemas(part: string): Promise<readonly string[]>;
  /** Tables of a schema, or of all, likewise; partitions last. */
  tables(part: string, schema?: string): Promise<readonly string[]>;
  /** The first tables in the order of schema and name, without partitions; at most 100. */
  list(): Promise<readonly TableNameRow[]>;
}

/** Names of a source. */
export function createTableNames(
  source: Pick<Source, 'loadCatalog'>,
  { tables }: { readonly tables?: TableAllowList | undefined },
): TableNames {
  const ask = async (question: NameQuestion): Promise<readonly TableNameRow[]> => {
    const { tableNamesQuery } = await import('./table-names-query.ts');
    return readCatalog(source, tableNamesQuery({ ...question, list: tables }));
  };
  return {
    schemas: async (part) => (await ask({ of: 'schemas', part })).map(({ schema }) => schema),
    tables: async (part, schema) => (await ask({ of: 'tables', part, schema })).map(({ name }) => name),
    list: async () => ask({ of: 'list', part: '' }),
  };
}

interface NameQuestion {
  readonly of: 'schemas' | 'tables' | 'list';
  readonly part: string;
  readonly schema?: string | undefined;
}
