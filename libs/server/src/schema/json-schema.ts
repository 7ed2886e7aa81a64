import { fromJsonSchema } from '@modelcontextprotocol/server';
import type { Schema } from '../define.ts';
import { deepFreeze, type JsonObject } from './json.ts';

/**
 * Makes an `input` or `output` from raw JSON Schema 2020-12, for schemas that are known only at start, such as those of an OpenAPI
 * document. The schema is sent to clients as it is, and compiled at its first use: that takes longer than all else at a start.
 *
 * @returns A schema whose data is the plain object that it accepts.
 */
export function jsonSchema<Data = Readonly<Record<string, unknown>>>(raw: JsonObject): Schema<Data> {
  const schema = deepFreeze(structuredClone(raw));
  let compiled: Schema<Data>['~standard'] | undefined;
  return {
    '~standard': {
      version: 1,
      vendor: 'trellis',
      validate: (value) => (compiled ??= fromJsonSchema<Data>(schema)['~standard']).validate(value),
      jsonSchema: { input: () => schema, output: () => schema },
    },
  };
}
