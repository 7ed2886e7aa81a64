import { unitKindOf } from '@trellis-mcp/validation';
import { z } from 'zod';
import { layersOf, readDefault, readMeta } from './setting.ts';

/** How a setting is written in flags and variables. A `structure` is written in the file only. */
export type SettingKind = 'text' | 'number' | 'boolean' | 'mixed' | 'list' | 'structure';

/** One field of a configuration object, seen from outside. */
export interface Setting {
  /** The key of the field and of the JSON file, camelCase. */
  key: string;
  kind: SettingKind;
  /** The kind of a list's items; the setting's own kind otherwise. */
  itemKind: SettingKind;
  /** `--log-level`, or nothing when it has no flag. */
  flag: string | undefined;
  /** Variables that set it, first one first: `TRELLIS_LOG_LEVEL`, then further names. Empty for a structure. */
  variables: readonly string[];
  /** Whether it must never be printed. */
  isSecret: boolean;
  /** Whether there is neither a default nor leave to be absent. */
  isRequired: boolean;
  /** Whether one flag is one item, commas and all. */
  repeatOnly: boolean;
  /** Arguments without a flag that hold one of these characters are items of it. */
  positional: string | undefined;
  description: string;
  /** The values it may take, when they are few and fixed. */
  choices: readonly string[];
  /** The default as it is written; `undefined` when there is none. */
  defaultValue: unknown;
  /** What stands for the value in help. */
  placeholder: string;
}

/** Flags that every program has beside its settings. */
export const reservedFlags: ReadonlyMap<string, string> = new Map([
  ['config', 'Read settings from a JSON file with the same names in camelCase.'],
  ['help', 'Print this help.'],
  ['version', 'Print the version.'],
]);

const settingsOf = new WeakMap<z.ZodObject, readonly Setting[]>();

interface JsonSchema {
  [key: string]: unknown;
}

/**
 * Reads the settings of a configuration object, in the order of its fields; once for each object.
 *
 * Throws a TypeError for a schema that cannot be one: a field name that is not camelCase, or two fields that claim one flag or variable.
 */
export function readSettings(schema: z.ZodObject): readonly Setting[] {
  const known = settingsOf.get(schema) ?? deriveSettings(schema);
  settingsOf.set(schema, known);
  return known;
}

function deriveSettings(schema: z.ZodObject): readonly Setting[] {
  const published: JsonSchema = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', cycles: 'ref' });
  const properties = asObject(published['properties']);
  const required = new Set(Array.isArray(published['required']) ? published['required'] : []);
  const settings = Object.entries(schema.shape).map(([key, field]) => {
    if (!(field instanceof z.ZodType)) {
      throw new TypeError(`The setting ${key} must be a zod type.`);
    }
    return readSetting({ key, field, json: asObject(properties[key]), isRequired: required.has(key) });
  });
  refuseClashes(settings);
  return settings;
}

interface Field {
  key: string;
  field: z.ZodType;
  json: JsonSchema;
  isRequired: boolean;
}

function readSetting({ key, field, json, isRequired }: Field): Setting {
  if (!/^[a-z][a-zA-Z0-9]*$/.test(key)) {
    throw new TypeError(`The setting ${key} must have a camelCase name.`);
  }
  const meta = readMeta(field);
  const kind = kindOf(json);
  const itemJson = kind === 'list' ? asObject(json['items']) : json;
  const choices = choicesOf(itemJson);
  const itemKind = kind === 'list' ? kindOf(itemJson) : kind;
  return {
    key,
    kind,
    itemKind,
    flag: meta.flag === false || kind === 'structure' ? undefined : `--${kebab(key)}`,
    variables: kind === 'structure' ? [] : [`TRELLIS_${kebab(key).replaceAll('-', '_').toUpperCase()}`, ...(meta.env ?? [])],
    isSecret: meta.secret ?? false,
    isRequired,
    repeatOnly: meta.repeatOnly ?? false,
    positional: meta.positional,
    description: meta.description ?? asText(json['description']),
    choices,
    defaultValue: readDefault(field),
    placeholder: meta.placeholder ?? unitOf(field) ?? (choices.length > 0 ? choices.join('|') : itemKind === 'number' ? 'number' : 'text'),
  };
}

function unitOf(field: z.ZodType): string | undefined {
  return layersOf(field)
    .map(unitKindOf)
    .find((kind) => kind !== undefined);
}

function kebab(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
}

function kindOf(json: JsonSchema): SettingKind {
  const types = typesOf(json);
  const [only] = types;
  if (types.size > 1) {
    return types.has('array') || types.has('object') || types.has('any') ? 'structure' : 'mixed';
  }
  if (only === 'array') {
    const itemKind = kindOf(asObject(json['items']));
    return itemKind === 'list' || itemKind === 'structure' ? 'structure' : 'list';
  }
  const kinds: Readonly<Record<string, SettingKind>> = { string: 'text', number: 'number', integer: 'number', boolean: 'boolean' };
  return kinds[only ?? ''] ?? 'structure';
}

/** The JSON types a schema allows, without `null`; `integer` counts as `number`, and a schema that says nothing as `any`. */
function typesOf(json: JsonSchema): ReadonlySet<string> {
  const branches = json['anyOf'] ?? json['oneOf'];
  if (Array.isArray(branches)) {
    return new Set(branches.flatMap((branch) => [...typesOf(asObject(branch))]));
  }
  const type = json['type'];
  const values = Array.isArray(json['enum']) ? json['enum'] : 'const' in json ? [json['const']] : [];
  const types = type === undefined ? values.map((value) => (value === null ? 'null' : typeof value)) : [type].flat().map(asText);
  const named = types.filter((name) => name !== 'null').map((name) => (name === 'integer' ? 'number' : name));
  return new Set(types.length === 0 ? ['any'] : named);
}

function choicesOf(json: JsonSchema): readonly string[] {
  const branches = json['anyOf'] ?? json['oneOf'];
  if (Array.isArray(branches)) {
    const inBranches = branches.map((branch) => choicesOf(asObject(branch)));
    return inBranches.every((choices) => choices.length > 0) ? inBranches.flat() : [];
  }
  const values = Array.isArray(json['enum']) ? json['enum'] : 'const' in json ? [json['const']] : [];
  return values.map(String);
}

function refuseClashes(settings: readonly Setting[]): void {
  const owners = new Map<string, string>([...reservedFlags.keys()].map((name) => [`--${name}`, name]));
  owners.set('TRELLIS_CONFIG', 'config');
  for (const { key, kind, flag, variables, isSecret } of settings) {
    const flags = flag === undefined ? [] : kind === 'boolean' ? [flag, `--no-${flag.slice(2)}`] : [flag];
    for (const name of [...flags, ...variables, ...(isSecret ? variables.map((variable) => `${variable}_FILE`) : [])]) {
      const owner = owners.get(name);
      if (owner !== undefined) {
        throw new TypeError(`The settings ${owner} and ${key} both claim ${name}.`);
      }
      owners.set(name, key);
    }
  }
}

function asObject(value: unknown): JsonSchema {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
