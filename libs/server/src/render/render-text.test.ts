import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maxRepeatedBytes, renderText } from './render-text.ts';

it('repeats a short result as the JSON it is', () => {
  const data = { rows: [{ id: 1 }] };
  expect(renderText(data, JSON.stringify(data))).toBe('{"rows":[{"id":1}]}');
});

it('shows the beginning of a long one, says so, and is still JSON below the note', () => {
  const data = { columns: ['id', 'name'], rows: Array.from({ length: 800 }, (_, id) => ({ id, name: `Name ${id}` })) };
  const text = renderText(data, JSON.stringify(data));
  const [note = '', json = ''] = text.split('\n');
  expect(note).toContain('structuredContent');
  const shown = JSON.parse(json) as { columns: string[]; rows: unknown[] };
  expect(shown.columns).toEqual(data.columns);
  expect(shown.rows.slice(0, 2)).toEqual(data.rows.slice(0, 2));
  expect(shown.rows.at(-1)).toMatch(/^… \d+ more$/);
});

it('never exceeds its size, whatever the data', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.anything({ maxDepth: 4 })), fc.nat(400), (data, times) => {
      const many = { first: data, list: Array.from({ length: times }, () => data), text: JSON.stringify(data).repeat(times) };
      const json = JSON.stringify(many, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
      const plain = JSON.parse(json) as unknown;
      expect(Buffer.byteLength(renderText(plain, JSON.stringify(plain)))).toBeLessThanOrEqual(maxRepeatedBytes + 400);
    }),
    { numRuns: 60 },
  );
});

it.each([
  ['many fields', Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`field${index}`, index]))],
  ['one field name of 10,000 characters', { ['k'.repeat(10_000)]: 1 }],
  ['deep nesting', JSON.parse('{"a":'.repeat(2000) + '1' + '}'.repeat(2000)) as unknown],
])('stays short for %s', (_title, data) => {
  expect(Buffer.byteLength(renderText(data, JSON.stringify(data)))).toBeLessThanOrEqual(maxRepeatedBytes + 400);
});
