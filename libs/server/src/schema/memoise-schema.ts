import type { Schema } from '../define.ts';
import { deepFreeze, isJsonObject, type JsonObject } from './json.ts';
import { dialect } from './portable.ts';

/** A schema whose JSON forms are made once each, when they are first asked for; they are frozen. */
export interface MemoisedSchema {
  readonly validate: Schema['~standard']['validate'];
  readonly input: JsonObject;
  readonly output: JsonObject;
}

/** Schemas live as long as the definition that holds them, so each is converted once per process. */
const memo = new WeakMap<Schema, MemoisedSchema>();

/**
 * Converts a schema to JSON Schema 2020-12 once; the same schema gives the same frozen object for ever.
 *
 * Zod's name of the dialect is left out: it is what MCP takes schemas for (spec: basic, JSON Schema usage), and each list would pay for it.
 * What a tool takes is never shown as what it gives: half of the conversions, which are a tenth of a start, are not needed.
 *
 * @returns An object whose `input` and `output` throw what the schema library throws for what JSON Schema cannot say, such as a transform
 * in an output.
 */
export function memoiseSchema(schema: Schema): MemoisedSchema {
  const known = memo.get(schema);
  if (known) return known;
  let input: JsonObject | undefined;
  let output: JsonObject | undefined;
  const made: MemoisedSchema = Object.freeze({
    validate: schema['~standard'].validate,
    get input() {
      return (input ??= convert(schema, 'input'));
    },
    get output() {
      return (output ??= convert(schema, 'output'));
    },
  });
  memo.set(schema, made);
  return made;
}

function convert(schema: Schema, side: 'input' | 'output'): JsonObject {
  const json: unknown = schema['~standard'].jsonSchema[side]({ target: 'draft-2020-12' });
  if (!isJsonObject(json)) throw new Error('the schema library made no JSON Schema object');
  // Zod makes a new one each time.
  const isZod = schema['~standard'].vendor === 'zod';
  const { $schema, ...rest } = isZod ? json : structuredClone(json);
  const isImplied = isZod && $schema === dialect;
  return deepFreeze(isImplied || $schema === undefined ? rest : { $schema, ...rest });
}
