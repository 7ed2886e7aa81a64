import { editSchema } from './edit-schema.ts';
import { isWarning } from './is-warning.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import { dropExamples, shortenProse } from './shorten-prose.ts';

/** An entry of a tool list, as far as it is fitted; further members stay as they are. */
export interface FittableTool {
  readonly name: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  /** JSON Schema 2020-12. */
  readonly inputSchema: object;
  readonly outputSchema?: object | undefined;
  readonly annotations?: object | undefined;
}

const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** Which schemas of a tool are edited. */
type Side = 'inputSchema' | 'outputSchema';

/**
 * Drops `examples` of schemas and sentences that only give an example; and what tells a model nothing: `$comment`, and `$schema` where it
 * names the dialect that is meant without it.
 */
export function withoutExamples<T extends FittableTool>(tool: T): T {
  const edit = (schema: JsonObject): JsonObject =>
    editProse(omit(schema, ['examples', 'example', '$comment', ...(schema['$schema'] === dialect ? ['$schema'] : [])]), dropExamples);
  return editProse(editSchemas(tool, ['inputSchema', 'outputSchema'], edit), dropExamples);
}

/** Drops titles, which repeat names; a title that carries a warning stays. */
export function withoutTitles<T extends FittableTool>(tool: T): T {
  const dropTitle = <O extends object>(object: O): O =>
    'title' in object && typeof object.title === 'string' && !isWarning(object.title) ? omit(object, ['title']) : object;
  const edited = dropTitle(editSchemas(tool, ['inputSchema', 'outputSchema'], dropTitle));
  return edited.annotations === undefined ? edited : { ...edited, annotations: dropTitle(edited.annotations) };
}

/** Shortens what is said of results: a model reads it after the call at the earliest. */
export function shortenOutput<T extends FittableTool>(tool: T, maxChars: number): T {
  return editSchemas(tool, ['outputSchema'], (schema) => editProse(schema, (text) => shortenProse(text, { maxChars, keepsLead: false })));
}

/** Shortens the descriptions of the tool and its arguments; their beginnings stay. */
export function shortenInput<T extends FittableTool>(tool: T, maxChars: number): T {
  const shorten = (text: string): string => shortenProse(text, { maxChars, keepsLead: true });
  return editProse(
    editSchemas(tool, ['inputSchema'], (schema) => editProse(schema, shorten)),
    shorten,
  );
}

function editSchemas<T extends FittableTool>(tool: T, sides: readonly Side[], edit: (schema: JsonObject) => JsonObject): T {
  const schemas = sides.flatMap((side): [string, JsonObject][] => {
    const schema = tool[side];
    return isJsonObject(schema) ? [[side, editSchema(schema, edit)]] : [];
  });
  return { ...tool, ...Object.fromEntries(schemas) };
}

function editProse<O extends object>(object: O, edit: (text: string) => string): O {
  if (!('description' in object) || typeof object.description !== 'string') return object;
  const description = edit(object.description);
  return description === '' ? omit(object, ['description']) : { ...object, description };
}

/** The members left out are optional in every tool and every schema. */
function omit<O extends object>(object: O, keys: readonly string[]): O {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key))) as O;
}
