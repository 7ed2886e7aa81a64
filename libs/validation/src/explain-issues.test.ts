import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { explainIssues, type ExplainOptions } from './explain-issues.ts';
import { limitParam } from './limit-param.ts';

function explain(schema: z.ZodType, value: unknown, options: ExplainOptions = {}): string {
  const result = schema.safeParse(value, { reportInput: true });
  return result.success ? 'accepted' : explainIssues(result.error, options);
}

it('writes one line per problem with path, wrong and right', () => {
  const schema = z.object({ limit: limitParam({ default: 50, max: 500 }), names: z.array(z.string()), mode: z.enum(['r', 'w']) });
  expect(explain(schema, { limit: 9000, names: ['a', 2], mode: 'x' })).toBe(
    [
      'limit must be between 1 and 500; got 9000. Use cursor to read further pages.',
      'names[1] must be text; got 2.',
      'mode must be one of r, w; got "x".',
    ].join('\n'),
  );
});

it.each([
  ['a missing field', z.object({ a: z.string() }), {}, 'a is required.'],
  ['a number too small', z.number().min(3), 1, 'The input must be at least 3; got 1.'],
  ['a number at an open bound', z.number().lt(3), 3, 'The input must be less than 3; got 3.'],
  ['a text too long', z.string().max(2), 'abc', 'The input must be at most 2 characters; got "abc".'],
  ['a list too short', z.array(z.string()).min(1), [], 'The input must be at least 1 item; got a list.'],
  ['unknown keys', z.strictObject({}), { x: 1, y: 2 }, 'The input has unknown keys: x, y.'],
  ['a text that is no URL', z.url(), 'x', 'The input must be a valid URL; got "x".'],
  ['a prefix', z.string().startsWith('db://'), 'x', 'The input must start with "db://"; got "x".'],
  ['a pattern', z.string().regex(/^a$/), 'x', 'The input must be text matching /^a$/; got "x".'],
  ['a literal', z.literal('a'), 'b', 'The input must be a; got "b".'],
  ['a multiple', z.number().multipleOf(5), 3, 'The input must be a multiple of 5; got 3.'],
  ['not a number', z.number(), NaN, 'The input must be a number; got NaN.'],
  ['a union', z.union([z.number(), z.boolean()]), 'x', 'The input must be a number, or must be true or false; got "x".'],
  [
    'a key of a record',
    z.record(z.string().max(1), z.int()),
    { ab: 1 },
    'ab has a key that is not valid: it must be at most 1 character; got "ab".',
  ],
  ["the schema's own message", z.string().min(1, 'Give a name!'), '', 'The input: Give a name!'],
  ['a refinement without words', z.string().refine(() => false), 'x', 'The input: Invalid input; got "x".'],
])('explains %s', (_, schema, value, text) => {
  expect(explain(schema, value)).toBe(text);
});

it('explains kinds when the value was not reported', () => {
  const { error } = z.object({ a: z.number(), b: z.number() }).safeParse({ a: 'x' });
  expect(error && explainIssues(error)).toBe('a must be a number; got text.\nb is required.');
});

it('never echoes more than 80 characters of a value, and no control character', () => {
  const line = explain(z.enum(['a']), `\u001b[31m\u202e${'x'.repeat(10_000)}`);
  expect(line).toContain('\\u{1b}[31m\\u{202e}xxx');
  expect(line).toMatch(/x…"\.$/);
  expect(line.length).toBeLessThan(120);
  expect(explain(z.strictObject({}), { ['k'.repeat(1000)]: 1 }).length).toBeLessThan(120);
});

it('cuts a message that a schema made too long, and a list of problems', () => {
  expect(
    explain(
      z.string().refine(() => false, 'x'.repeat(5000)),
      '',
    ).length,
  ).toBeLessThan(420);
  const lines = explain(
    z.array(z.string()),
    Array.from({ length: 60 }, () => 1),
  ).split('\n');
  expect(lines).toHaveLength(51);
  expect(lines.at(-1)).toBe('and 10 more');
});

it('hides a secret, whoever wrote the message', () => {
  const isSecret = (): boolean => true;
  const secret = 'hunter22-hunter22';
  const echo = z.string().refine(() => false, { error: (issue) => `no ${String(issue.input)} here` });
  expect(explain(z.number(), secret, { isSecret })).toBe('The input must be a number (the value is not shown, it is a secret).');
  expect(explain(echo, secret, { isSecret })).toBe('The input is not valid (the value is not shown, it is a secret).');
  expect(
    explain(
      z.string().refine(() => false, 'must be 32 bytes of base64'),
      secret,
      { isSecret },
    ),
  ).toBe('The input must be 32 bytes of base64.');
});

it('takes a prefix and names of the caller', () => {
  expect(explain(z.object({ maxRows: z.number() }), {}, { prefix: '- ', nameOf: ([key]) => `--${String(key)}` })).toBe(
    '- --maxRows is required.',
  );
});
