import type { Report } from '../definition/problems.ts';
import { isJsonObject } from './json.ts';

/** Keywords whose value is data, not a schema. */
const dataKeywords: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples']);
/** Keywords whose value maps free names to schemas. */
const mapKeywords: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);
const topLevelUnions = ['anyOf', 'oneOf', 'allOf', 'not', 'if'];
/** The dialect of MCP's schemas. */
export const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** Reports what some clients refuse in a schema: references, a union at the top, a root that is no object, another dialect. */
export function checkPortable(root: unknown, report: Report): void {
  if (!isJsonObject(root)) {
    report('is not a JSON Schema object.');
    return;
  }
  if (root['type'] !== 'object') report('must have an object at its root.');
  for (const keyword of topLevelUnions) if (keyword in root) report(`has "${keyword}" at its root; clients need a flat object.`);
  if (root['$schema'] !== undefined && root['$schema'] !== dialect) report('must be JSON Schema 2020-12.');
  checkReferences(root, report);
}

function checkReferences(schema: unknown, report: Report): void {
  if (Array.isArray(schema)) for (const item of schema) checkReferences(item, report);
  if (!isJsonObject(schema)) return;
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === '$ref' || keyword === '$dynamicRef')
      report(`uses ${keyword}; write the schema out, some clients do not follow references.`);
    else if (mapKeywords.has(keyword) && isJsonObject(value)) for (const child of Object.values(value)) checkReferences(child, report);
    else if (!dataKeywords.has(keyword)) checkReferences(value, report);
  }
}
