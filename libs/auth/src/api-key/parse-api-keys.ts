import { AppError } from '@trellis-mcp/errors';
import { isRecord } from '../token/is-record.ts';
import type { ApiKeyEntry } from './create-api-key.ts';

const maxKeys = 1_000;
const fields = new Set(['name', 'hash', 'scopes', 'tenant', 'expiresAt']);

/** Reads the file of keys, `{ "keys": [entry, ...] }`. Throws `INVALID_INPUT` that names the entry and what is wrong, never its hash. */
export function parseApiKeys(text: string): ApiKeyEntry[] {
  const document = parseJson(text);
  const list: unknown = isRecord(document) ? document['keys'] : undefined;
  if (!Array.isArray(list)) throw wrong('it has no list "keys"');
  if (list.length > maxKeys) throw wrong(`it has more than ${maxKeys} keys`);
  const entries = list.map((entry: unknown, index) => readEntry(entry, `keys[${index}]`));
  for (const field of ['name', 'hash'] as const) {
    const values = entries.map((entry) => entry[field]);
    const double = values.findIndex((value, index) => values.indexOf(value) !== index);
    if (double !== -1) throw wrong(`keys[${double}].${field} is there twice`);
  }
  return entries;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw wrong('it is no JSON');
  }
}

function readEntry(entry: unknown, path: string): ApiKeyEntry {
  if (!isRecord(entry)) throw wrong(`${path} is no object`);
  const unknown = Object.keys(entry).find((field) => !fields.has(field));
  if (unknown !== undefined) throw wrong(`${path}.${unknown.slice(0, 40)} is unknown`);
  const { tenant, expiresAt } = entry;
  const read = (field: string, pattern: RegExp): string => readText(entry[field], { path: `${path}.${field}`, pattern });
  return {
    name: read('name', /^[A-Za-z0-9._-]{1,64}$/),
    hash: read('hash', /^sha256:[0-9a-f]{64}$/),
    scopes: readScopes(entry['scopes'], `${path}.scopes`),
    ...(tenant !== undefined && { tenant: read('tenant', /^[\x21-\x7e]{1,255}$/) }),
    ...(expiresAt !== undefined && { expiresAt: readTime(expiresAt, `${path}.expiresAt`) }),
  };
}

function readText(value: unknown, { path, pattern }: { path: string; pattern: RegExp }): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw wrong(`${path} does not match ${pattern.source}`);
  return value;
}

function readScopes(value: unknown, path: string): string[] {
  if (!Array.isArray(value)) throw wrong(`${path} is no list`);
  return value.map((scope: unknown, index) => readText(scope, { path: `${path}[${index}]`, pattern: /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/ }));
}

function readTime(value: unknown, path: string): string {
  const text = readText(value, { path, pattern: /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/ });
  if (Number.isNaN(Date.parse(text))) throw wrong(`${path} is no time`);
  return text;
}

function wrong(what: string): AppError {
  return new AppError('INVALID_INPUT', `The file of API keys is wrong: ${what}.`, {
    hint: 'Write { "keys": [{ "name", "hash": "sha256:...", "scopes": [] }] }.',
  });
}
