import { expect, it } from '@jest/globals';
import { durationMs } from '@trellis-mcp/validation';
import { z } from 'zod';
import { readSettings } from './read-settings.ts';
import { setting } from './setting.ts';

it.each([
  ['a text', z.string(), 'text', 'text'],
  ['a URL', z.url(), 'text', 'text'],
  ['choices', z.enum(['a', 'b']), 'text', 'text'],
  ['a union of literals', z.union([z.literal('a'), z.literal('b')]), 'text', 'text'],
  ['a text that is turned into something', z.string().transform((text) => text.length), 'text', 'text'],
  ['a text that a function prepares', z.preprocess((value) => value, z.string()), 'text', 'text'],
  ['a number', z.number().nullable(), 'number', 'number'],
  ['a coerced number', z.coerce.number(), 'number', 'number'],
  ['a duration', durationMs(), 'number', 'number'],
  ['a switch', z.boolean().default(true).readonly(), 'boolean', 'boolean'],
  ['a number or a word', z.union([z.int(), z.literal('auto')]), 'mixed', 'mixed'],
  ['a list', z.array(z.int()).optional(), 'list', 'number'],
  ['a list of lists', z.array(z.array(z.string())), 'structure', 'structure'],
  ['an object', z.object({ a: z.string() }), 'structure', 'structure'],
  ['a record', z.record(z.string(), z.string()), 'structure', 'structure'],
  ['a text or an object', z.union([z.string(), z.object({})]), 'structure', 'structure'],
  ['anything', z.unknown(), 'structure', 'structure'],
  ['a date', z.date(), 'structure', 'structure'],
])('knows %s', (_, field, kind, itemKind) => {
  expect(readSettings(z.object({ field }))[0]).toMatchObject({ kind, itemKind });
});

it('finds meta, default and leave to be absent, inside and outside of wrappers', () => {
  const meta = { secret: true, description: 'Outer.' };
  const [inner, outer, bare] = readSettings(
    z.object({
      inner: setting(z.string(), { ...meta, env: ['X'] })
        .default('d')
        .readonly(),
      outer: setting(z.string().default('d'), meta),
      bare: z.string().describe('Bare.'),
    }),
  );
  expect(inner).toMatchObject({
    isSecret: true,
    description: 'Outer.',
    variables: ['TRELLIS_INNER', 'X'],
    defaultValue: 'd',
    isRequired: false,
  });
  expect(outer).toMatchObject({ isSecret: true, description: 'Outer.', defaultValue: 'd', isRequired: false });
  expect(bare).toMatchObject({ isSecret: false, description: 'Bare.', defaultValue: undefined, isRequired: true });
});

it('keeps one schema usable for two settings', () => {
  const url = z.url().describe('An address.');
  const [a, b, c] = readSettings(z.object({ a: setting(url, { secret: true }), b: setting(url, { description: 'Another.' }), c: url }));
  expect([a?.isSecret, b?.isSecret, c?.isSecret]).toEqual([true, false, false]);
  expect([a?.description, b?.description, c?.description]).toEqual(['An address.', 'Another.', 'An address.']);
});

it('keeps refinements of the whole object out of the way', () => {
  const schema = z
    .object({ a: z.string() })
    .refine(() => true)
    .superRefine(() => undefined);
  expect(readSettings(schema).map(({ key }) => key)).toEqual(['a']);
});

it.each([
  ['drainTimeoutMs', '--drain-timeout-ms', 'TRELLIS_DRAIN_TIMEOUT_MS'],
  ['port', '--port', 'TRELLIS_PORT'],
  ['publicURL', '--public-url', 'TRELLIS_PUBLIC_URL'],
  ['httpAPIKey', '--http-api-key', 'TRELLIS_HTTP_API_KEY'],
  ['oauth2Issuer', '--oauth2-issuer', 'TRELLIS_OAUTH2_ISSUER'],
])('names %s', (key, flag, variable) => {
  expect(readSettings(z.object({ [key]: z.string() }))[0]).toMatchObject({ flag, variables: [variable] });
});

it.each([
  ['two fields of one flag', { fooURL: z.string(), fooUrl: z.string() }, 'The settings fooURL and fooUrl both claim --foo-url.'],
  [
    'a switch whose negation is a flag',
    { color: z.boolean(), noColor: z.string() },
    'The settings color and noColor both claim --no-color.',
  ],
  ['a reserved flag', { help: z.boolean() }, 'The settings help and help both claim --help.'],
  [
    'a secret whose file is a variable',
    { apiKeys: setting(z.string(), { secret: true }), apiKeysFile: z.string() },
    'The settings apiKeys and apiKeysFile both claim TRELLIS_API_KEYS_FILE.',
  ],
  [
    'one further variable twice',
    { a: setting(z.string(), { env: ['X'] }), b: setting(z.string(), { env: ['X'] }) },
    'The settings a and b both claim X.',
  ],
  ['a name that is not camelCase', { 'a-b': z.string() }, 'The setting a-b must have a camelCase name.'],
])('refuses %s', (_, shape, message) => {
  expect(() => readSettings(z.object(shape))).toThrow(new TypeError(message));
});
