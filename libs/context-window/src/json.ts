/** What JSON can say. */
export type JsonValue = null | boolean | number | string | JsonContainer;

/** An array or object of JSON. */
export type JsonContainer = readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is an object that is neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
