import pg, { type Connection, type QueryArrayConfig } from 'pg';

// Parts of the driver that its types leave out.
declare module 'pg' {
  interface Connection {
    describe(message: { type: 'P'; name: string }): void;
    execute(limits: { portal: string; rows: number }): void;
  }
}

/** One statement to send: text, by the extended protocol when it has values, or the next rows of an open cursor. */
export type Statement =
  | {
      readonly text: string;
      /** In text format. With them, also when there are none, it goes by the extended protocol, which takes one statement only. */
      readonly values?: readonly (string | null)[];
    }
  | { readonly cursor: string; readonly count: number };

/** Values as the server writes them: parsers of the driver lose microseconds, digits and zones. */
const textTypes = { getTypeParser: () => (value: string) => value };

/** A statement whose rows are events, each an array of texts. */
export class RowQuery extends pg.Query<(string | null)[]> {
  constructor(statement: Statement) {
    super(toConfig(statement));
    if ('cursor' in statement) {
      this.submit = (connection) => submitFetch(connection, statement);
    }
  }

  /** The driver would read on; the cursor is left where it is. */
  handlePortalSuspended(): void {
    // Its end follows: ReadyForQuery.
  }
}

function toConfig(statement: Statement): QueryArrayConfig & { queryMode?: 'extended' } {
  const rows = { text: '', rowMode: 'array', types: textTypes } as const;
  if ('cursor' in statement) {
    return rows;
  }
  const { text, values } = statement;
  return values === undefined ? { ...rows, text } : { ...rows, text, values: [...values], queryMode: 'extended' };
}

/**
 * Reads a cursor as the portal that it is (PostgreSQL, 55.2.3 Extended Query): rows are sent as they are found. FETCH would gather all of
 * them first, on the server's disk if need be.
 */
function submitFetch(connection: Connection, { cursor, count }: { readonly cursor: string; readonly count: number }): null {
  connection.describe({ type: 'P', name: cursor });
  connection.execute({ portal: cursor, rows: count });
  connection.sync();
  return null;
}
