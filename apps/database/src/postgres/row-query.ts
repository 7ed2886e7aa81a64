import type { Query as RowQuery, QueryArrayConfig } from 'pg';
import { Query } from './driver.ts';

/** One statement to send: by the extended protocol when it has values. */
export interface Statement {
  readonly text: string;
  /** In text format. With them, also when there are none, it goes by the extended protocol, which takes one statement only. */
  readonly values?: readonly (string | null)[];
}

/** Values as the server writes them: parsers of the driver lose microseconds, digits and zones. */
const textTypes = { getTypeParser: () => (value: string) => value };

/** Makes a statement whose rows are events, each an array of texts. */
export function createRowQuery({ text, values }: Statement): RowQuery<(string | null)[]> {
  const config: QueryArrayConfig & { queryMode?: 'extended' } = {
    text,
    rowMode: 'array',
    types: textTypes,
    ...(values === undefined ? {} : { values: [...values], queryMode: 'extended' }),
  };
  return new Query(config);
}
