import { isJsonObject, type JsonObject } from './json.ts';

/** Keywords of JSON Schema 2020-12 and older drafts whose value is a schema or a list of schemas. */
const schemaKeywords: ReadonlySet<string> = new Set([
  ...['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'prefixItems', 'items', 'additionalItems', 'unevaluatedItems', 'contains'],
  ...['additionalProperties', 'unevaluatedProperties', 'propertyNames', 'contentSchema'],
]);
/** Keywords whose value maps names that are not keywords to schemas. */
const mapKeywords: ReadonlySet<string> = new Set([
  ...['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas', 'dependencies'],
]);
const maxDepth = 200;

/**
 * Edits every schema in a schema, and nothing that only looks like one: values of `const`, `enum` and `default`, names of properties, and
 * keywords that JSON Schema does not know stay as they are. So do schemas nested deeper than 200 levels.
 *
 * @param edit Returns a schema with the same keywords that hold schemas.
 */
export function editSchema(schema: JsonObject, edit: (schema: JsonObject) => JsonObject, depth = 0): JsonObject {
  if (depth > maxDepth) return schema;
  const inner = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inner);
    return isJsonObject(value) ? editSchema(value, edit, depth + 1) : value;
  };
  const edited = Object.entries(edit(schema)).map(([keyword, value]): [string, unknown] => {
    if (schemaKeywords.has(keyword)) return [keyword, inner(value)];
    if (mapKeywords.has(keyword) && isJsonObject(value)) return [keyword, mapValues(value, inner)];
    return [keyword, value];
  });
  return Object.fromEntries(edited);
}

function mapValues(object: JsonObject, map: (value: unknown) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}
