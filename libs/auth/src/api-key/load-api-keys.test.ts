import { expect, it } from '@jest/globals';
import type { AppError } from '@trellis-mcp/errors';
import { createApiKey, hashApiKey, type ApiKeyEntry } from './create-api-key.ts';
import { loadApiKeys } from './load-api-keys.ts';

const file = (...keys: unknown[]): string => JSON.stringify({ keys });
const { key, entry } = createApiKey({ name: 'ci', scopes: ['db:read'], tenant: 'acme' });

it('makes keys that are random and entries that do not hold them', () => {
  expect(key).toMatch(/^trellis_[A-Za-z0-9_-]{43}$/);
  expect(createApiKey({ name: 'ci', scopes: [] }).key).not.toBe(key);
  expect(entry).toEqual({ name: 'ci', scopes: ['db:read'], tenant: 'acme', hash: hashApiKey(key) });
  expect(JSON.stringify(entry)).not.toContain(key.slice(8));
});

it.each([{ name: 'c i' }, { scopes: ['a b'] }, { expiresAt: 'tomorrow' }, { tenant: '' }])(
  'makes no key that the file could not hold: %j',
  (wrong) => {
    expect(() => createApiKey({ name: 'ci', scopes: [], ...wrong })).toThrow(new RegExp(`^No key can have this: ${Object.keys(wrong)[0]}`));
  },
);

it('gives the principal of a key, to be shown again after 12 hours at most', async () => {
  const keys = await loadApiKeys({ read: async () => file(entry), now: () => 1_000 });
  const expected = { id: 'key:ci', clientId: 'ci', scopes: new Set(['db:read']), tenant: 'acme', expiresAt: 1_000 + 43_200_000 };
  expect(keys.find(key)).toEqual(expected);
});

it('ends a key at its time', async () => {
  let at = Date.parse('2026-06-01T00:00:00Z');
  const keys = await loadApiKeys({ read: async () => file({ ...entry, expiresAt: '2026-06-01T02:00:00+01:00' }), now: () => at });
  expect(keys.find(key)?.expiresAt).toBe(at + 3_600_000);
  at += 3_600_000;
  expect(keys.find(key)).toBeUndefined();
});

it('notices a withdrawn key and a new one without a restart', async () => {
  let [at, text] = [0, file(entry)];
  const keys = await loadApiKeys({ read: async () => text, now: () => at });
  const other = createApiKey({ name: 'other', scopes: [] });
  text = file(other.entry);
  at = 30_000;
  keys.find(key);
  await new Promise((resolve) => setImmediate(resolve));
  expect([keys.find(key), keys.find(other.key)?.id]).toEqual([undefined, 'key:other']);
});

it('keeps the keys of before and reports when a later reading fails', async () => {
  let [at, text] = [0, file(entry)];
  const reported: AppError[] = [];
  const keys = await loadApiKeys({ read: async () => text, now: () => at, onError: (error) => reported.push(error) });
  text = '{';
  at = 30_000;
  keys.find(key);
  await new Promise((resolve) => setImmediate(resolve));
  expect(keys.find(key)?.id).toBe('key:ci');
  expect(reported).toMatchObject([{ code: 'INVALID_INPUT', message: 'The file of API keys is wrong: it is no JSON.' }]);
});

const good: ApiKeyEntry = entry;
it.each<[string, string, string]>([
  ['no JSON', '', 'it is no JSON'],
  ['no list', '{}', 'it has no list "keys"'],
  ['a list alone', '[]', 'it has no list "keys"'],
  ['an entry that is none', file(7), 'keys[0] is no object'],
  ['a key in place of its hash', file({ ...good, hash: key }), 'keys[0].hash does not match ^sha256:[0-9a-f]{64}$'],
  ['a key beside its hash', file({ ...good, key }), 'keys[0].key is unknown'],
  ['no scopes', file({ ...good, scopes: undefined }), 'keys[0].scopes is no list'],
  ['scopes as text', file({ ...good, scopes: 'db:read' }), 'keys[0].scopes is no list'],
  ['a scope with a space', file({ ...good, scopes: ['a b'] }), 'keys[0].scopes[0] does not match ^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,128}$'],
  ['a name with a slash', file({ ...good, name: '../x' }), 'keys[0].name does not match ^[A-Za-z0-9._-]{1,64}$'],
  ['two of one name', file(good, { ...good, hash: hashApiKey('x') }), 'keys[1].name is there twice'],
  ['two of one hash', file(good, { ...good, name: 'b' }), 'keys[1].hash is there twice'],
  ['a time without an offset', file({ ...good, expiresAt: '2026-06-01' }), 'keys[0].expiresAt does not match'],
  ['a time that is none', file({ ...good, expiresAt: '2026-99-01T00:00:00Z' }), 'keys[0].expiresAt is no time'],
  ['too many', file(...Array.from({ length: 1_001 }, () => good)), 'it has more than 1000 keys'],
])('refuses a file with %s, and does not quote it', async (_title, text, problem) => {
  const error = await loadApiKeys({ read: async () => text }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining(problem) });
  expect(JSON.stringify([String(error), error])).not.toContain(key.slice(8));
});

it('notices a withdrawn key also after the clock went far back', async () => {
  let [at, text] = [86_400_000, file(entry)];
  const keys = await loadApiKeys({ read: async () => text, now: () => at });
  [at, text] = [0, file()];
  keys.find(key);
  await new Promise((resolve) => setImmediate(resolve));
  expect(keys.find(key)).toBeUndefined();
});

it('brings no withdrawn key back when an earlier reading ends after a later one', async () => {
  const readings: ((text: string) => void)[] = [];
  const read = (): Promise<string> => new Promise((resolve) => void readings.push(resolve));
  const loading = loadApiKeys({ read });
  readings[0]?.(file(entry));
  const keys = await loading;
  const [slow, quick] = [keys.reload(), keys.reload()];
  readings[2]?.(file());
  await quick;
  readings[1]?.(file(entry));
  await slow;
  expect(keys.find(key)).toBeUndefined();
});
