import { describe, expect, it } from '@jest/globals';
import { createTextIndex, searchText } from './create-text-index.ts';

const tools = [
  ['query', 'Run one read-only SQL statement and return a page of rows.', 'sql params limit'],
  ['list_tables', 'List the tables of one schema with estimated row counts.', 'schema'],
  ['search_schema', 'Find tables, columns and functions by name.', 'pattern'],
  ['explain', 'Show why a statement is slow.', 'sql analyze'],
  ['readFile', 'Read one file below a root.', 'path'],
  ['delete_file', 'Delete one file below a root.', 'path'],
] as const;
const items = tools.map(([name, description, args]) => ({ id: name, fields: { name, description, args }, item: name }));
const find = async (query: string, limit?: number) =>
  (await searchText(items, query, { ...(limit !== undefined && { limit }) })).map(({ item }) => item);

describe('searching', () => {
  it.each([
    ['list tables', 'list_tables', 'words of a snake_case name'],
    ['read a file', 'readFile', 'words of a camelCase name'],
    ['TABLES', 'list_tables', 'whatever the case'],
    ['explaim', 'explain', 'a letter wrong'],
    ['schem', 'search_schema', 'the beginning of a word'],
    ['slow statement', 'explain', 'words of a description'],
    ['pattern', 'search_schema', 'the name of an argument'],
    ['file', 'readFile', 'of equals the first'],
  ])('for %j finds %s first: %s', async (query, first) => {
    expect((await find(query))[0]).toBe(first);
  });

  it('lets a name weigh more than a description', async () => {
    expect((await find('schema'))[0]).toBe('search_schema');
  });

  it.each(['', '   ', '!!! ???', '\u0000'])('finds nothing for %j', async (query) => {
    expect(await find(query)).toEqual([]);
  });
});

describe('an index', () => {
  it('gives no more than the limit, the best first, and the same each time', async () => {
    const index = await createTextIndex(items);
    const hits = index.search('file table sql', { limit: 3 });
    expect(hits).toHaveLength(3);
    expect(hits.map(({ score }) => score)).toEqual(hits.map(({ score }) => score).toSorted((a, b) => b - a));
    expect(index.search('file table sql', { limit: 3 })).toEqual(hits);
    expect((await createTextIndex(items)).search('file table sql', { limit: 3 })).toEqual(hits);
  });

  it('takes fields and words that objects have, too', async () => {
    const odd = [{ id: '1', fields: JSON.parse('{"__proto__":"alpha","constructor":"beta"}') as Record<string, string>, item: 1 }];
    expect((await searchText(odd, 'alpha beta')).map(({ item }) => item)).toEqual([1]);
    expect(await searchText(items, 'constructor __proto__ toString hasOwnProperty')).toEqual([]);
    expect(await searchText([], 'x')).toEqual([]);
  });

  it.each([
    ['a long query', 'file '.repeat(1_000_000)],
    ['many words', Array.from({ length: 100_000 }, (_value, index) => `w${index}`).join(' ')],
    ['a long word', 'f'.repeat(1_000_000)],
    ['operators', '+file -file "file" *:* file~10 (((('.repeat(1000)],
  ])('answers %s in a bounded time', async (_name, query) => {
    const many = Array.from({ length: 2000 }, (_value, index) => ({
      id: `${index}`,
      fields: { name: `file_${index}`, text: 'table row '.repeat(20) },
      item: index,
    }));
    const index = await createTextIndex(many);
    const start = performance.now();
    expect(index.search(query, { limit: 5 }).length).toBeLessThanOrEqual(5);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
