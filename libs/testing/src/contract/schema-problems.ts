/** A JSON Schema, or any part of one. */
type Json = Readonly<Record<string, unknown>>;

const dialect = 'https://json-schema.org/draft/2020-12/schema';
const unions = ['anyOf', 'oneOf', 'allOf', 'not', 'if'];
const references = ['$ref', '$dynamicRef', '$recursiveRef', '$defs', 'definitions'];
/** Keywords whose value is data, and keywords whose value maps free names to schemas. */
const data = new Set(['const', 'enum', 'default', 'examples']);
const maps = new Set(['properties', 'patternProperties', 'dependentSchemas']);

/** What clients refuse in a schema as it came over the wire, one line each; empty when it is portable. */
export function schemaProblems(schema: unknown): string[] {
  if (!isJson(schema)) return ['is no JSON Schema object'];
  const problems: string[] = [];
  if (schema['type'] !== 'object') problems.push('has no object at its root');
  if (schema['$schema'] !== undefined && schema['$schema'] !== dialect) problems.push('is not JSON Schema 2020-12');
  for (const keyword of unions) if (keyword in schema) problems.push(`has ${keyword} at its root`);
  walk(schema, '', (part, path) => {
    for (const keyword of references) if (keyword in part) problems.push(`uses ${keyword} at ${path || 'its root'}`);
    if (Array.isArray(part['items'])) problems.push(`has the tuple form of items at ${path}, which is of draft 07`);
  });
  return problems;
}

/** Arguments that no description explains. */
export function undescribedArguments(schema: unknown): string[] {
  const properties = isJson(schema) && isJson(schema['properties']) ? schema['properties'] : {};
  return Object.entries(properties).flatMap(([name, part]) => (isJson(part) && typeof part['description'] === 'string' ? [] : [name]));
}

/** Every description in a schema, with where it stands. */
export function schemaTexts(schema: unknown): { path: string; text: string }[] {
  const texts: { path: string; text: string }[] = [];
  walk(schema, '', (part, path) => {
    for (const keyword of ['description', 'title']) {
      const text = part[keyword];
      if (typeof text === 'string') texts.push({ path: `${path}/${keyword}`, text });
    }
  });
  return texts;
}

function walk(value: unknown, path: string, visit: (part: Json, path: string) => void): void {
  if (Array.isArray(value))
    value.forEach((item, index) => {
      walk(item, `${path}/${String(index)}`, visit);
    });
  if (!isJson(value)) return;
  visit(value, path);
  for (const [keyword, child] of Object.entries(value)) {
    if (data.has(keyword)) continue;
    if (maps.has(keyword) && isJson(child))
      for (const [name, part] of Object.entries(child)) walk(part, `${path}/${keyword}/${name}`, visit);
    else walk(child, `${path}/${keyword}`, visit);
  }
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
