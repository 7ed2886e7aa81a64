import type { RawColumn } from '../sources/raw-page.ts';

/** A column as the driver describes it. */
export interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

/** Columns of a result, in order. */
export function toColumns(fields: readonly Field[]): RawColumn[] {
  return fields.map(({ name, dataTypeID }) => ({ name, typeOid: dataTypeID }));
}
