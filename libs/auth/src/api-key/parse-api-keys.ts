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
  const entries = list.map((entry: unknown, index) => {
    if (!isRecord(entry)) throw wrong(`keys[${index}] is no object`);
    return readApiKeyEntry(entry, (what) => wrong(`keys[${index}].${what}`));
  });
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

/** Makes the error for what is wrong, which begins with a field. */
type Refuse = (what: string) => AppError;

/** Checks the fields of one entry. Throws what `refuse` makes. */
export function readApiKeyEntry(entry: Readonly<Record<string, unknown>>, refuse: Refuse): ApiKeyEntry {
  const unknown = Object.keys(entry).find((field) => !fields.has(field));
  if (unknown !== undefined) throw refuse(`${unknown.slice(0, 40)} is unknown`);
  const { tenant, expiresAt } = entry;
  const read = (field: string, pattern: RegExp): string => readText(entry[field], { field, pattern, refuse });
  return {
    name: read('name', /^[A-Za-z0-9._-]{1,64}$/),
    hash: read('hash', /^sha256:[0-9a-f]{64}$/),
    scopes: readScopes(entry['scopes'], refuse),
    ...(tenant !== undefined && { tenant: read('tenant', /^[\x21-\x7e]{1,255}$/) }),
    ...(expiresAt !== undefined && { expiresAt: readTime(expiresAt, refuse) }),
  };
}

function readText(value: unknown, { field, pattern, refuse }: { field: string; pattern: RegExp; refuse: Refuse }): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw refuse(`${field} does not match ${pattern.source}`);
  return value;
}

function readScopes(value: unknown, refuse: Refuse): string[] {
  if (!Array.isArray(value)) throw refuse('scopes is no list');
  const pattern = /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/;
  return value.map((scope: unknown, index) => readText(scope, { field: `scopes[${index}]`, pattern, refuse }));
}

function readTime(value: unknown, refuse: Refuse): string {
  const text = readText(value, { field: 'expiresAt', pattern: /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/, refuse });
  if (Number.isNaN(Date.parse(text))) throw refuse('expiresAt is no time');
  return text;
}

function wrong(what: string): AppError {
  return new AppError('INVALID_INPUT', `The file of API keys is wrong: ${what}.`, {
    hint: 'Write { "keys": [{ "name", "hash": "sha256:...", "scopes": [] }] }.',
  });
}
