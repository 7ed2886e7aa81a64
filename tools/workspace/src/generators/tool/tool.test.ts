import { expect, it } from '@jest/globals';
import { addToList } from './tool.ts';

const forms = { name: 'count-rows', camelName: 'countRows' };

it.each([
  ['export const tools = [query];\n', 'export const tools = [query, countRows];\n'],
  ['export const tools = [\n  query,\n  search,\n];\n', 'export const tools = [\n  query,\n  search, countRows\n];\n'],
  ['export const tools = [];\n', 'export const tools = [countRows];\n'],
  [
    'export const tools: readonly AnyTool<Deps>[] = [query] as const;\n',
    'export const tools: readonly AnyTool<Deps>[] = [query, countRows] as const;\n',
  ],
])('adds a tool to %j', (before, after) => {
  expect(addToList(before, forms)).toBe(`import { countRows } from './count-rows.ts';\n${after}`);
});

it('refuses a file without a list', () => {
  expect(() => addToList('export const toolsOf = () => [];\n', forms)).toThrow('not of the form');
});
