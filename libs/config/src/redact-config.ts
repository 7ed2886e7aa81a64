import { z } from 'zod';
import { layersOf, readMeta } from './setting.ts';

const redacted = '[redacted]';
/** Deepest structure that is searched for secrets. */
const maxDepth = 10;
const urlPassword = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/?#:@]*:)[^\s/?#]*(?=@)/gi;
/** Also where a message cut the URL, or somebody wrote a password as it is. */
const urlPasswordInText = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/?#:@]*:)[^\s"]*(?=@|\u2026)/gi;

/**
 * A copy of a configuration that may be printed: secrets are `[redacted]`, also those inside structures, and so are passwords in URLs.
 *
 * A secret that is not set stays absent or null.
 */
export function redactConfig<Schema extends z.ZodObject>(schema: Schema, config: z.output<Schema>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, redactValue(fieldOf(schema, key), value)]));
}

function redactValue(schema: z.ZodType | undefined, value: unknown): unknown {
  if (value === undefined || value === null) {
    return value;
  }
  if (schema !== undefined && readMeta(schema).secret === true) {
    return redacted;
  }
  if (typeof value === 'string') {
    return value.replace(urlPassword, `$1${redacted}`);
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => redactValue(fieldOf(schema, index), item));
  }
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactValue(fieldOf(schema, key), item)]));
  }
  return value;
}

/** The schema of one key or item of a value, as far as the schema says. */
function fieldOf(schema: z.ZodType | undefined, key: PropertyKey): z.ZodType | undefined {
  for (const layer of schema === undefined ? [] : layersOf(schema)) {
    const field: unknown =
      layer instanceof z.ZodObject
        ? layer.shape[String(key)]
        : layer instanceof z.ZodArray
          ? layer.element
          : layer instanceof z.ZodRecord
            ? layer.valueType
            : undefined;
    if (field instanceof z.ZodType) {
      return field;
    }
  }
  return undefined;
}

/** A message without the passwords of URLs in it, such as one that somebody wrote in the place of a structure or a key. */
export function redactUrls(text: string): string {
  return text.replace(urlPasswordInText, `$1${redacted}`);
}

/** Whether a text at a path stands where a structure with secrets belongs, so that it may be one of them. */
export function isSecretPlace(schema: z.ZodType, path: readonly PropertyKey[]): boolean {
  let field: z.ZodType | undefined = schema;
  for (const key of path) {
    field = fieldOf(field, key);
  }
  return field !== undefined && hasSecret(field, 0);
}

function hasSecret(field: z.ZodType, depth: number): boolean {
  const parts = layersOf(field).flatMap((layer): unknown[] => {
    if (layer instanceof z.ZodObject) {
      return Object.values(layer.shape);
    }
    return layer instanceof z.ZodArray ? [layer.element] : layer instanceof z.ZodRecord ? [layer.valueType] : [];
  });
  const isSecret = (part: unknown): boolean => part instanceof z.ZodType && (readMeta(part).secret === true || hasSecret(part, depth + 1));
  return depth < maxDepth && parts.some(isSecret);
}

/** Whether the value at a path is a secret, or lies within one. */
export function isSecretPath(schema: z.ZodType, path: readonly PropertyKey[]): boolean {
  let field: z.ZodType | undefined = schema;
  for (const key of path) {
    field = fieldOf(field, key);
    if (field === undefined) {
      return false;
    }
    if (readMeta(field).secret === true) {
      return true;
    }
  }
  return false;
}

/** The texts of all secrets in a value that a schema is about to judge. */
export function listSecrets(schema: z.ZodType, value: unknown): readonly string[] {
  if (readMeta(schema).secret === true) {
    return listTexts(value);
  }
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, item]) => {
    const field = fieldOf(schema, Array.isArray(value) ? Number(key) : key);
    return field === undefined ? [] : listSecrets(field, item);
  });
}

function listTexts(value: unknown): readonly string[] {
  if (typeof value === 'object' && value !== null) {
    return Object.values(value).flatMap(listTexts);
  }
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : [];
}
