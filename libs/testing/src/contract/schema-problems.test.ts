import { expect, it } from '@jest/globals';
import { schemaProblems, schemaTexts, undescribedArguments } from './schema-problems.ts';

it.each([
  ['an object', { type: 'object', properties: { a: { type: 'string' } } }],
  ['the dialect by name', { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' }],
  ['a union below the root', { type: 'object', properties: { a: { anyOf: [{ type: 'string' }, { type: 'number' }] } } }],
  ['data that looks like a reference', { type: 'object', properties: { a: { const: { $ref: 'x' } } } }],
  ['a property named like a keyword', { type: 'object', properties: { $ref: { type: 'string' } } }],
])('accepts %s', (_what, schema) => {
  expect(schemaProblems(schema)).toEqual([]);
});

it.each([
  ['another dialect', { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' }, 'is not JSON Schema 2020-12'],
  ['a root that is a list', { type: 'array' }, 'has no object at its root'],
  ['a union at the root', { type: 'object', oneOf: [] }, 'has oneOf at its root'],
  ['a reference', { type: 'object', properties: { a: { $ref: '#/x' } } }, 'uses $ref at /properties/a'],
  ['definitions', { type: 'object', $defs: {} }, 'uses $defs at its root'],
  ['the old form of a tuple', { type: 'object', properties: { a: { items: [{ type: 'string' }] } } }, 'draft 07'],
  ['nothing', undefined, 'is no JSON Schema object'],
])('refuses %s', (_what, schema, problem) => {
  expect(schemaProblems(schema).join()).toContain(problem);
});

it('names arguments without a description', () => {
  const properties = { a: { type: 'string' }, b: { type: 'string', description: 'The b.' } };
  expect(undescribedArguments({ type: 'object', properties })).toEqual(['a']);
});

it('finds every text of a schema', () => {
  const schema = { title: 'T', properties: { description: { type: 'string', description: 'D' } } };
  expect(schemaTexts(schema).map(({ text }) => text)).toEqual(['T', 'D']);
});
