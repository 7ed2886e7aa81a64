import type { z } from 'zod';
import { readSettings, type Setting } from './read-settings.ts';

/**
 * Writes values of settings as flags, so that {@link loadConfig} reads the same values back: `['--port=3101', '--no-websocket']`.
 *
 * Absent and null values are left out, and so are settings without a flag. Secrets are written too: choose with {@link formatVariables}
 * what is to stay out of a process list.
 */
export function formatFlags(schema: z.ZodObject, values: Readonly<Record<string, unknown>>): readonly string[] {
  return readSettings(schema).flatMap((setting) => {
    const { flag, key } = setting;
    const value = values[key];
    return flag === undefined || value === undefined || value === null ? [] : formatFlag(flag, setting, value);
  });
}

/** Writes values of settings as variables, so that {@link loadConfig} reads the same values back: `{ TRELLIS_PORT: '3101' }`. */
export function formatVariables(schema: z.ZodObject, values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readSettings(schema).flatMap(({ variables: [variable], key }) => {
      const value = values[key];
      return variable === undefined || value === undefined || value === null ? [] : [[variable, formatText(value)]];
    }),
  );
}

function formatFlag(flag: string, { kind, repeatOnly }: Setting, value: unknown): readonly string[] {
  if (kind === 'boolean') {
    return [value === true ? flag : `--no-${flag.slice(2)}`];
  }
  if (!Array.isArray(value)) {
    return [`${flag}=${formatText(value)}`];
  }
  if (value.length === 0) {
    return [`${flag}=`];
  }
  return repeatOnly || value.every(isPlainItem) ? value.map((item) => `${flag}=${String(item)}`) : [`${flag}=${formatText(value)}`];
}

function formatText(value: unknown): string {
  if (Array.isArray(value)) {
    return value.every(isPlainItem) ? value.map(String).join(',') || '[]' : JSON.stringify(value);
  }
  return String(value);
}

/** Whether an item of a list means the same between commas. */
function isPlainItem(item: unknown): boolean {
  return typeof item === 'number' || (typeof item === 'string' && item !== '' && item.trim() === item && !/[,[\n]/.test(item));
}
