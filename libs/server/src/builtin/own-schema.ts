import type { Schema } from '../define.ts';
import { deepFreeze, type JsonObject } from '../schema/json.ts';

/** What {@link ownSchema} is made from. */
export interface OwnSchemaOptions<Data> {
  /** JSON Schema 2020-12, sent to clients as it is. */
  readonly json: JsonObject;
  /** Returns the data of a value, or what is wrong with it, in words. */
  readonly read: (value: unknown) => { readonly data: Data } | { readonly problem: string };
}

/** Makes a schema with a check of our own: neither a conversion nor a compiled validator, which would cost every start. */
export function ownSchema<Data>({ json, read }: OwnSchemaOptions<Data>): Schema<Data> {
  const schema = deepFreeze(json);
  return {
    '~standard': {
      version: 1,
      vendor: 'trellis',
      validate(value) {
        const found = read(value);
        return 'data' in found ? { value: found.data } : { issues: [{ message: found.problem }] };
      },
      jsonSchema: { input: () => schema, output: () => schema },
    },
  };
}

/** A schema of data that we make ourselves and need not check. */
export function madeSchema<Data>(json: JsonObject): Schema<Data> {
  return ownSchema({ json, read: (value) => ({ data: value as Data }) });
}
