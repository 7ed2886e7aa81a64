import { fromJsonSchema } from '@modelcontextprotocol/server';
import type { Schema } from '../define.ts';
import { deepFreeze, type JsonObject } from './json.ts';

/**
 * Makes an `input` or `output` from raw JSON Schema 2020-12, for schemas that are known only at start, such as those of an OpenAPI
 * document. The schema is sent to clients as it is.
 *
 * @returns A schema whose data is the plain object that it accepts.
 */
export function jsonSchema<Data = Readonly<Record<string, unknown>>>(raw: JsonObject): Schema<Data> {
  return fromJsonSchema<Data>(deepFreeze(structuredClone(raw)));
}
