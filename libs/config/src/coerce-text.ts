import type { Setting, SettingKind } from './read-settings.ts';

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
]);

/**
 * Turns the text of a flag or variable into the JSON value the schema takes. A text that is not of its kind stays text, so that the
 * schema refuses it in its own words, or reads it in its own way ("30s").
 */
export function coerceText(text: string, kind: SettingKind): unknown {
  switch (kind) {
    case 'number':
      return decimal.test(text) ? Number(text) : text;
    case 'boolean':
      return booleans.get(text.toLowerCase()) ?? text;
    case 'mixed':
      return decimal.test(text) ? Number(text) : text === 'true' || text === 'false' ? text === 'true' : text;
    default:
      return text;
  }
}

/** Turns the text of a variable or flag into a list: items between commas or line breaks, trimmed, or a JSON array when items hold commas or blanks. */
export function splitList(text: string, { itemKind }: Pick<Setting, 'itemKind'>): readonly unknown[] {
  return (
    parseJsonList(text) ??
    text
      .split(/[,\n]/)
      .map((item) => item.trim())
      .filter((item) => item !== '')
      .map((item) => coerceText(item, itemKind))
  );
}

function parseJsonList(text: string): readonly unknown[] | undefined {
  if (!text.startsWith('[')) {
    return undefined;
  }
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}
