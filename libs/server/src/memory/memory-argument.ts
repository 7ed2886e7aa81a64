import { reservedArgument } from '../definition/check-names.ts';
import { isJsonObject, type JsonObject } from '../schema/json.ts';

const argument = { type: 'string', description: 'From open_memory: notes this call there.' };

/** Whether calls of a tool can be noted: all but those of the memory itself. */
export function takesMemoryId({ name }: { readonly name: string }): boolean {
  return name !== 'open_memory' && name !== 'recall_memory';
}

/** Adds the optional `memoryId` to the input schema of a tool, as clients see it. */
export function addMemoryArgument(schema: JsonObject): JsonObject {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  return { ...schema, properties: { ...properties, [reservedArgument]: argument } };
}

/** Hands the `memoryId` of a call down to the call inside it, which may have one of its own. */
export function passMemoryId(outer: JsonObject, inner: JsonObject): JsonObject {
  return Object.hasOwn(outer, reservedArgument) ? { [reservedArgument]: outer[reservedArgument], ...inner } : inner;
}

/** Takes the `memoryId` out of arguments, which the tool's own schema does not know. Undefined and null mean none. */
export function takeMemoryId(given: JsonObject): { readonly memoryId?: unknown; readonly args: JsonObject } {
  if (!Object.hasOwn(given, reservedArgument)) return { args: given };
  const { [reservedArgument]: memoryId, ...args } = given;
  return memoryId === undefined || memoryId === null ? { args } : { memoryId, args };
}
