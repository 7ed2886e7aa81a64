import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { boundedText, byteSize, cursorParam, durationMs, identifier, limitParam, unitKindOf } from './index.ts';

const input = z.object({
  schema: identifier().default('public').describe('Schema name.'),
  table: identifier(),
  text: boundedText({ min: 1, max: 100, pattern: /^\S/ }).optional(),
  cursor: cursorParam().optional(),
  limit: limitParam({ default: 50, max: 500 }),
  timeoutMs: durationMs({ min: 100, max: 60_000 }).default(30_000),
  maxBytes: byteSize({ max: 1_000_000 }).optional().describe('Most bytes to read.'),
  waitMs: durationMs({ max: 1000 }),
});

it('publishes flat, portable JSON Schema 2020-12: one type each, no reference, no union', () => {
  const schema = z.toJSONSchema(input, { io: 'input' });
  expect(schema).toEqual({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      schema: { type: 'string', minLength: 1, maxLength: 63, default: 'public', description: 'Schema name.' },
      table: { type: 'string', minLength: 1, maxLength: 63 },
      text: { type: 'string', minLength: 1, maxLength: 100, pattern: '^\\S' },
      cursor: {
        type: 'string',
        minLength: 1,
        maxLength: 4096,
        pattern: '^[!-~]+$',
        description: 'The nextCursor of the previous page. Leave it out for the first page.',
      },
      limit: { type: 'integer', minimum: 1, maximum: 500, default: 50, description: 'How many to return at most, 1 to 500.' },
      timeoutMs: {
        type: 'integer',
        minimum: 100,
        maximum: 60_000,
        default: 30_000,
        description: 'In milliseconds; "500ms", "30s", "5m", "2h" or "1d" also work.',
      },
      maxBytes: { type: 'integer', minimum: 0, maximum: 1_000_000, description: 'Most bytes to read.' },
      waitMs: {
        type: 'integer',
        minimum: 0,
        maximum: 1000,
        description: 'In milliseconds; "500ms", "30s", "5m", "2h" or "1d" also work.',
      },
    },
    required: ['table', 'waitMs'],
  });
  expect(JSON.stringify(schema)).not.toMatch(/"(?:\$ref|\$defs|anyOf|oneOf|allOf|not)"|"type":\[/);
});

it('gives a tool plain values', () => {
  expect(input.parse({ table: 't', waitMs: '1s', maxBytes: '64KiB' })).toEqual({
    schema: 'public',
    table: 't',
    limit: 50,
    timeoutMs: 30_000,
    maxBytes: 65_536,
    waitMs: 1000,
  });
});

it('tells a duration and a size from other numbers, also once described or checked', () => {
  expect(unitKindOf(durationMs().describe('x'))).toBe('duration');
  expect(unitKindOf(byteSize().refine((bytes) => bytes % 2 === 0))).toBe('size');
  expect(unitKindOf(z.number())).toBeUndefined();
});
