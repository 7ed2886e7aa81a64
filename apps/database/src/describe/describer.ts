import { AppError } from '@trellis-mcp/errors';
import { readCatalog } from '../catalog/read-catalog.ts';
import type { CatalogSource } from '../sources/source.ts';
import type { TableAllowList } from '../sql/table-allow-list.ts';
import { cutText } from '../text/cut-text.ts';
import type { DescriptionRow } from './description-row.ts';
import { findNearNames } from './near-names.ts';
import { readObjectName, type NameReading } from './object-name.ts';
import { toDescription, type Description } from './to-description.ts';

/** A described object, and how to read rows of it. */
export interface Described {
  readonly description: Description;
  readonly rows: RowAccess;
}

/** What a sample needs to know. */
export interface RowAccess {
  /** Whether it is a relation that has rows. */
  readonly hasRows: boolean;
  /** Qualified, as SQL takes it. */
  readonly from: string;
  /** Columns that the role may select, as SQL takes them. */
  readonly columns: readonly string[];
  /** Whether these are all columns. */
  readonly isWhole: boolean;
}

/** Describes single objects of a database. */
export interface Describer {
  /**
   * Describes what a text names: `table`, `schema.table`, `"Odd.Name"`. A name without schema is looked up like PostgreSQL does, by the search
   * path, then in every schema.
   *
   * @throws AppError `NOT_FOUND`, also for what is not on the allow list; `INVALID_INPUT` for a name in several schemas.
   */
  describe(text: string): Promise<Described>;
  /** Describes a table, view or foreign table by its exact name; nothing else is found. */
  describeTable(schema: string, name: string): Promise<Described>;
}

/** Options of {@link createDescriber}. */
export interface DescriberOptions {
  readonly tables?: TableAllowList | undefined;
}

/** Characters of a name that an error repeats: two names of 63 bytes. */
const maxShown = 130;

/** Kinds that are read like tables. */
const rowKinds = new Set(['table', 'partitioned_table', 'partition', 'view', 'materialized_view', 'foreign_table']);

/** The role in which the embedded engine reads; its connection is that of a superuser. */
const embeddedReader = 'pg_read_all_data';

/** Describes objects of a source. */
export function createDescriber(source: CatalogSource, { tables }: DescriberOptions): Describer {
  const find = async (readings: readonly NameReading[]): Promise<DescriptionRow | undefined> => {
    const { descriptionQuery } = await import('./description-query.ts');
    const reader = source.engine === 'pglite' ? embeddedReader : undefined;
    const [row] = await readCatalog(source, descriptionQuery(readings, { reader, path: await source.loadSearchPath(), tables }));
    return row;
  };
  const load = async (readings: readonly NameReading[]): Promise<Described> => {
    const row = await find(readings);
    if (row !== undefined && (row.visible || row.found.length === 1)) {
      return toDescribed(row);
    }
    throw row === undefined ? await toNotFound(readings) : toAmbiguous(row);
  };
  const toNotFound = async (readings: readonly NameReading[]): Promise<AppError> => {
    const { schema, name } = readings[0] ?? { name: '' };
    const near = await findNearNames(source, name, tables);
    const guess = near.length === 0 ? '' : `Did you mean ${near.join(', ')}? `;
    const shown = JSON.stringify(cutText(schema === undefined ? name : `${schema}.${name}`, maxShown));
    return new AppError('NOT_FOUND', `There is no ${shown} here, or it may not be seen.`, {
      hint: `${guess}Call search_schema to find names.`,
    });
  };
  return {
    describe: async (text) => load(readObjectName(text)),
    async describeTable(schema, name) {
      const readings = [{ schema, name }];
      const found = await load(readings);
      if (!found.rows.hasRows) {
        throw await toNotFound(readings);
      }
      return found;
    },
  };
}

function toAmbiguous({ name, found }: DescriptionRow): AppError {
  return new AppError('INVALID_INPUT', `${JSON.stringify(name)} is in several schemas.`, { hint: `Name one of: ${found.join(', ')}.` });
}

function toDescribed(row: DescriptionRow): Described {
  const description = toDescription(row);
  const others = row.found.filter((name) => name !== row.qualified);
  const note = `Others of this name: ${others.join(', ')}.`;
  const columns = row.columns ?? [];
  const allowed = columns.filter(({ denied }) => denied === undefined);
  return {
    description: others.length === 0 ? description : { ...description, notes: [...(description.notes ?? []), note] },
    rows: {
      hasRows: rowKinds.has(row.kind),
      from: row.qualified,
      columns: allowed.map(({ name }) => name),
      isWhole: allowed.length === columns.length,
    },
  };
}
