import { AppError } from '@trellis-mcp/errors';

/** The items of `--allow-functions`, read. */
export interface FunctionAllowList {
  readonly items: readonly string[];
  /** Whether a call is on the list, by the name as it is called. An item without a schema allows the name in every schema. */
  allows(schema: string | undefined, name: string): boolean;
}

/** `name`, `schema.name`, each with an optional `*` at the end of the name. */
const itemPattern = /^(?:(?<schema>[^.*]+)\.)?(?<name>[^.*]*)(?<rest>\*?)$/u;

/**
 * Reads `name`, `schema.name`, and with a `*` at the end all names that start so: `st_*`, `gis.*`.
 *
 * @throws AppError `INVALID_INPUT` for an item that is none of these, such as `*` alone.
 */
export function readFunctionAllowList(items: readonly string[]): FunctionAllowList {
  const rules = items.map(readItem);
  const exact = new Set(rules.filter(({ isPrefix }) => !isPrefix).map(({ schema, name }) => join(schema, name)));
  const prefixes = rules.filter(({ isPrefix }) => isPrefix);
  return {
    items,
    allows: (schema, name) =>
      exact.has(name) ||
      (schema !== undefined && exact.has(join(schema, name))) ||
      prefixes.some((rule) => (rule.schema === undefined || rule.schema === schema) && name.startsWith(rule.name)),
  };
}

function readItem(item: string): { schema: string | undefined; name: string; isPrefix: boolean } {
  const { schema, name = '', rest } = itemPattern.exec(item)?.groups ?? {};
  if (name === '' && (schema === undefined || rest === '')) {
    throw new AppError('INVALID_INPUT', `"${item.slice(0, 80)}" names no function.`, { hint: 'Write name, schema.name, or st_*.' });
  }
  return { schema, name, isPrefix: rest === '*' };
}

/** One key for two names that may hold dots themselves. */
function join(schema: string | undefined, name: string): string {
  return schema === undefined ? name : `${schema}\0${name}`;
}
